using System.Text;
using CsCheck;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Tests.Message;

public sealed class MailAddressTests
{
    [Theory]
    [InlineData("a@b", "a", "b")]
    [InlineData("a.b+c=d@x.example", "a.b+c=d", "x.example")]
    [InlineData("!#$%&'*+-/=?^_`{|}~@x.example", "!#$%&'*+-/=?^_`{|}~", "x.example")]
    [InlineData("\"two words\"@x.example", "\"two words\"", "x.example")]
    [InlineData("\"a@b\"@x.example", "\"a@b\"", "x.example")]
    [InlineData("\"a\\\"b\\\\\"@x.example", "\"a\\\"b\\\\\"", "x.example")]
    [InlineData("\"\"@x.example", "\"\"", "x.example")]
    [InlineData("PostMaster", "PostMaster", "")]
    [InlineData("a@[192.0.2.1]", "a", "[192.0.2.1]")]
    [InlineData("a@[IPv6:2001:db8::1]", "a", "[IPv6:2001:db8::1]")]
    [InlineData("a@some_host.example", "a", "some_host.example")]
    [InlineData("j\u00f6rg@b\u00fccher.example", "j\u00f6rg", "b\u00fccher.example")]
    public void An_address_is_taken_as_it_stands(string text, string local, string domain)
    {
        Assert.True(MailAddress.TryParse(Encoding.UTF8.GetBytes(text), out MailAddress? address));
        Assert.Equal((local, domain, text), (address.LocalPart, address.Domain, address.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("@")]
    [InlineData("a@")]
    [InlineData("@b")]
    [InlineData("a@@b")]
    [InlineData("a@b@c")]
    [InlineData(".a@b")]
    [InlineData("a.@b")]
    [InlineData("a..b@c")]
    [InlineData("a b@c")]
    [InlineData("a@b c")]
    [InlineData("a@b.")]
    [InlineData("a@.b")]
    [InlineData("a@-b")]
    [InlineData("a@b-")]
    [InlineData("<a@b>")]
    [InlineData("a@b>")]
    [InlineData("a\r@b")]
    [InlineData("a@b\n")]
    [InlineData("a\0@b")]
    [InlineData("\"a@b")]
    [InlineData("\"a\"b@c")]
    [InlineData("\"a\n\"@c")]
    [InlineData("\"a\\")]
    [InlineData("a@[192.0.2]")]
    [InlineData("a@[192.0.2.256]")]
    [InlineData("a@[::1]")]
    [InlineData("a@[IPv6:fe80::1%eth0]")]
    [InlineData("a@[192.0.2.1")]
    [InlineData("a\u2028b@c")]
    [InlineData("a\u0085b@c")]
    [InlineData("a\u00a0b@c")]
    [InlineData("\"a\u2028b\"@c")]
    [InlineData("a\u202eb@c")]
    [InlineData("\"a\u202eb\"@c")]
    [InlineData("a\u00ad@c")]
    [InlineData("\ufeffa@c")]
    [InlineData("\ufffda@c")]
    [InlineData("\ue000@c")]
    [InlineData("a@b\u00ad.example")]
    [InlineData("a@b\u200b.example")]
    public void What_is_no_address_is_refused(string text) =>
        Assert.False(MailAddress.TryParse(Encoding.UTF8.GetBytes(text), out _));

    /// <summary>
    /// What Unicode takes for another way to write an ASCII character becomes that character in an A-label. A name that would be no name
    /// afterwards, or a command's end, is refused before.
    /// </summary>
    [Theory]
    [InlineData("\uff1e")] // full-width >
    [InlineData("\uff1c")] // full-width <
    [InlineData("\uff20")] // full-width @
    [InlineData("\uff1d")] // full-width =
    [InlineData("\uff0b")] // full-width +
    [InlineData("\uff02")] // full-width "
    [InlineData("\uff3b")] // full-width [
    [InlineData("\uff1a")] // full-width :
    [InlineData("\uff0f")] // full-width /
    [InlineData("\u207c")] // superscript =
    [InlineData("\u037e")] // Greek question mark, a semicolon
    [InlineData("\u2100")] // a/c in one character
    [InlineData("\u00a8")] // a diaeresis alone, which is a blank with one
    public void A_domain_does_not_become_something_else_in_ASCII(string character)
    {
        Assert.False(MailAddress.IsDomain($"a{character}b.example"));
        Assert.False(MailAddress.TryParse(Encoding.UTF8.GetBytes($"x@a{character}b.example"), out _));
    }

    [Fact]
    public void Whatever_is_a_domain_is_one_in_ASCII() =>
        Gen
            .Char.Array[1, 6]
            .Select(chars => new string(chars) + ".example")
            .Where(MailAddress.IsDomain)
            .Sample(
                domain =>
                    MailAddress.Parse("x@" + domain).AsciiDomain is var ascii
                    && System.Text.Ascii.IsValid(ascii)
                    && MailAddress.IsDomain(ascii),
                iter: 2000
            );

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_local_part_has_64_octets(int length, bool fits) =>
        Assert.Equal(fits, MailAddress.TryParse(new string('a', length) + "@b", out _));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void A_label_has_63_octets(int length, bool fits) =>
        Assert.Equal(fits, MailAddress.TryParse("a@" + new string('b', length), out _));

    [Fact]
    public void An_address_has_254_octets()
    {
        string domain = string.Join('.', Enumerable.Repeat(new string('b', 59), 4)) + ".example";
        Assert.True(MailAddress.TryParse(new string('a', 254 - 1 - domain.Length) + "@" + domain, out _));
        Assert.False(MailAddress.TryParse(new string('a', 255 - 1 - domain.Length) + "@" + domain, out _));
    }

    [Fact]
    public void Domains_are_compared_without_their_case_and_local_parts_with_it()
    {
        Assert.Equal(MailAddress.Parse("a@B.example"), MailAddress.Parse("a@b.EXAMPLE"));
        Assert.Equal(MailAddress.Parse("a@B.example").GetHashCode(), MailAddress.Parse("a@b.EXAMPLE").GetHashCode());
        Assert.NotEqual(MailAddress.Parse("A@b.example"), MailAddress.Parse("a@b.example"));
    }

    [Fact]
    public void No_octets_make_an_address_that_holds_a_line_end_or_a_control_character() =>
        Gen
            .Byte.Array[0, 30]
            .Sample(bytes =>
                !MailAddress.TryParse([.. bytes, (byte)'@', (byte)'b'], out MailAddress? address)
                || !address.ToString().Any(c => char.IsControl(c) || c is '\u2028' or '\u2029')
            );
}
