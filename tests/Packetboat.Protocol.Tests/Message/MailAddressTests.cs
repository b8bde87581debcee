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
    public void What_is_no_address_is_refused(string text) =>
        Assert.False(MailAddress.TryParse(Encoding.UTF8.GetBytes(text), out _));

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
