using System.Text;
using CsCheck;
using MimeKit;
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
        AuthorList authors = Read(field);

        Assert.Null(authors.Fault);
        Assert.Equal(addresses, string.Join(' ', authors.Addresses));
        Assert.Equal(authors.Addresses.Select(author => author.AsciiDomain).Distinct(), authors.Domains);
    }

    [Theory]
    [InlineData("", "has no address", "")]
    [InlineData(" , ", "has no address", "")]
    [InlineData("sysop", "has 'sysop', which is no mail address", "")]
    [InlineData("<>", "has '', which is no mail address", "")]
    [InlineData("x@y.example <a@b.example>", "has an address in front of an address; put it in quotation marks", "b.example")]
    [InlineData("<a@b.example> x", "has something between an address and the comma", "b.example")]
    [InlineData("<a@b.example><c@d.example>", "has something between an address and the comma", "b.example d.example")]
    [InlineData("g: a@b.example, <c@d.example>;", "has a ':' outside of quotation marks", "b.example d.example")]
    [InlineData("g:a@b.example;c@d.example", "has a ':' outside of quotation marks", "b.example d.example")]
    [InlineData("<a@b.example", "has a '<' without a '>'", "b.example")]
    [InlineData("a@b.example>", "has a '>' outside of quotation marks", "b.example")]
    [InlineData("c@d.example, \"a@b.example", "has a quotation mark without a second one", "d.example b.example")]
    [InlineData("c@d.example, (a@b.example", "has a comment without an end", "d.example")]
    [InlineData("<@x.example:a@b.example>", "has '@x.example:a@b.example', which is no mail address", "b.example")]
    [InlineData("a(c)@b.example", "has 'a @b.example', which is no mail address", "b.example")]
    [InlineData("<a@b.example(c)>", "has a comment inside of '<' and '>'", "b.example")]
    [InlineData("a..b@c.example", "has 'a..b@c.example', which is no mail address", "c.example")]
    [InlineData("Joe <a @ b . Example>", "has 'a @ b . Example', which is no mail address", "b.example")]
    [InlineData("a\0@b.example", "has a control character", "b.example")]
    public void What_can_be_read_in_two_ways_is_said_and_its_domains_are_found_all_the_same(
        string field,
        string fault,
        string domains
    )
    {
        AuthorList authors = Read(field);

        Assert.Equal(fault, authors.Fault);
        Assert.Equal(domains, string.Join(' ', authors.Domains));
    }

    [Fact]
    public void More_than_twenty_are_too_many()
    {
        string many = string.Join(',', Enumerable.Range(0, 21).Select(i => $"u{i}@b.example"));

        Assert.Equal("has more than 20 addresses", Read(many).Fault);
    }

    [Fact]
    public void Nothing_that_is_sent_breaks_it() =>
        Gen.OneOf(Gen.Char["<>@,;:()\\\"ab. \t\r\n"], Gen.Char)
            .Array[0, 200]
            .Sample(text =>
            {
                AuthorList authors = Read(new string(text));
                return authors.Fault is null
                    ? authors.Addresses.Count is > 0 and <= AuthorList.Max && authors.Domains.Count > 0
                    : authors.Fault.Length > 0 && authors.Domains.Count <= AuthorList.Max;
            });

    /// <summary>What has one reading by our rules has no other by another library's.</summary>
    [Fact]
    public void Where_there_is_no_fault_another_reader_finds_no_other_author() =>
        Pieces
            .Array[1, 12]
            .Sample(
                pieces =>
                {
                    string field = string.Concat(pieces);
                    AuthorList authors = Read(field);
                    return authors.Fault is not null
                        || !InternetAddressList.TryParse(Encoding.UTF8.GetBytes(field), out InternetAddressList? list)
                        || list.Mailboxes.All(mailbox => authors.Domains.Contains(mailbox.Domain?.ToLowerInvariant() ?? ""));
                },
                iter: 20_000
            );

    private static readonly string[] Words =
    [
        "a@b.example",
        "<c@d.example>",
        "\"q, <x@y.example>\" ",
        "Joe ",
        "(a comment, <x@y.example>) ",
        ", ",
        ",",
        "\r\n ",
        ":",
        ";",
        "<",
        ">",
        "@",
        "\"",
        "\"two words\"@e.example",
        "<\"@b.example:x\"@f.example>",
    ];

    private static readonly Gen<string> Pieces = Gen.Int[0, Words.Length - 1].Select(i => Words[i]);

    private static AuthorList Read(string field) => AuthorList.Read(Encoding.UTF8.GetBytes(field));
}
