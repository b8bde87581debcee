using System.Text;
using CsCheck;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Tests.Message;

public sealed class AuthorListTests
{
    [Theory]
    [InlineData("a@b.example", "a@b.example")]
    [InlineData(" Name of Him <a@b.example>\r\n", "a@b.example")]
    [InlineData("\"x@bank.example\" <a@b.example>", "a@b.example")]
    [InlineData("\"with \\\" and <x@y>, too\" <a@b.example>", "a@b.example")]
    [InlineData("a@b.example (of <x@y>, (nested) too),\r\n\tJoe <c@d.example>", "a@b.example c@d.example")]
    [InlineData("\"two words\"@b.example", "\"two words\"@b.example")]
    [InlineData("Joe <\"two words\"@b.example>", "\"two words\"@b.example")]
    [InlineData("Dr. J. Smith <a@b.example>, , c@d.example,", "a@b.example c@d.example")]
    public void Addresses_are_found(string field, string addresses)
    {
        Assert.True(AuthorList.TryRead(Encoding.UTF8.GetBytes(field), out IReadOnlyList<MailAddress>? authors, out _));
        Assert.Equal(addresses, string.Join(' ', authors));
    }

    [Theory]
    [InlineData("", "has no address")]
    [InlineData(" , ", "has no address")]
    [InlineData("sysop", "has 'sysop', which is no mail address")]
    [InlineData("<>", "has '', which is no mail address")]
    [InlineData("x@y.example <a@b.example>", "has an address in front of an address; put it in quotation marks")]
    [InlineData("<a@b.example> x", "has something between an address and the comma")]
    [InlineData("<a@b.example><c@d.example>", "has something between an address and the comma")]
    [InlineData("g: a@b.example;", "has a ':' outside of quotation marks")]
    [InlineData("<a@b.example", "has a '<' without a '>'")]
    [InlineData("\"a@b.example", "has a quotation mark without a second one")]
    [InlineData("(a@b.example", "has a comment without an end")]
    [InlineData("<@x.example:a@b.example>", "has '@x.example:a@b.example', which is no mail address")]
    [InlineData("a(c)@b.example", "has 'a @b.example', which is no mail address")]
    [InlineData("a\0@b.example", "has a control character")]
    public void What_can_be_read_in_two_ways_is_refused(string field, string fault)
    {
        Assert.False(AuthorList.TryRead(Encoding.UTF8.GetBytes(field), out _, out string? said));
        Assert.Equal(fault, said);
    }

    [Fact]
    public void More_than_twenty_are_too_many()
    {
        string many = string.Join(',', Enumerable.Range(0, 21).Select(i => $"u{i}@b.example"));

        Assert.False(AuthorList.TryRead(Encoding.UTF8.GetBytes(many), out _, out string? said));
        Assert.Equal("has more than 20 addresses", said);
    }

    [Fact]
    public void Nothing_that_is_sent_breaks_it() =>
        Gen.OneOf(Gen.Char["<>@,;:()\\\"ab. \t\r\n"], Gen.Char)
            .Array[0, 200]
            .Sample(text =>
            {
                bool isRead = AuthorList.TryRead(
                    Encoding.UTF8.GetBytes(text),
                    out IReadOnlyList<MailAddress>? authors,
                    out string? fault
                );
                return isRead ? authors!.Count is > 0 and <= AuthorList.Max : fault!.Length > 0;
            });
}
