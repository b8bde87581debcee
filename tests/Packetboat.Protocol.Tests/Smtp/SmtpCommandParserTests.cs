using System.Text;
using CsCheck;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.Tests.Smtp;

public sealed class SmtpCommandParserTests
{
    private static readonly string[] Words =
    [
        "MAIL",
        "RCPT",
        "BDAT",
        "AUTH",
        "EHLO",
        " ",
        "FROM:",
        "TO:",
        "<",
        ">",
        "\"",
        "\\",
        "@",
        "a",
        ":",
        "[",
        "]",
        ".",
        "=",
        "SIZE",
        "NOTIFY",
        "ORCPT",
        "rfc822;",
        "+",
        "LAST",
        "\t",
        "\0",
        "\u00e9",
        "99999999999999999999",
    ];

    [Theory]
    [InlineData("EHLO a", "Ehlo")]
    [InlineData("helo a", "Helo")]
    [InlineData("MAIL FROM:<a@b>", "Mail")]
    [InlineData("MAIL FROM:<>", "Mail")]
    [InlineData("rcpt to:<a@b>", "Rcpt")]
    [InlineData("RCPT TO:<postmaster>", "Rcpt")]
    [InlineData("DATA  \t ", "Data")]
    [InlineData("BDAT 0", "Bdat")]
    [InlineData("BDAT 5 last", "Bdat")]
    [InlineData("RSET", "Rset")]
    [InlineData("NOOP x y", "Noop")]
    [InlineData("QUIT", "Quit")]
    [InlineData("VRFY a", "Vrfy")]
    [InlineData("EXPN a", "Expn")]
    [InlineData("HELP", "Help")]
    [InlineData("StartTLS", "StartTls")]
    [InlineData("AUTH plain", "Auth")]
    public void A_command_is_known_by_its_verb_in_any_case(string line, string kind) =>
        Assert.Equal(kind, Parsed(line).GetType().Name);

    [Theory]
    [InlineData("", 500)]
    [InlineData("EHL", 500)]
    [InlineData("EHLOX a", 500)]
    [InlineData(" EHLO a", 500)]
    [InlineData("\u00e9\u00e9", 500)]
    [InlineData("DATA\0", 500)]
    [InlineData("EHLO", 501)]
    [InlineData("DATA x", 501)]
    [InlineData("STARTTLS x", 501)]
    [InlineData("BDAT", 501)]
    [InlineData("BDAT -1", 501)]
    [InlineData("BDAT 5 LAST LAST", 501)]
    [InlineData("BDAT 9223372036854775808", 501)]
    [InlineData("AUTH", 501)]
    [InlineData("TURN", 502)]
    [InlineData("MAIL FROM:<a@b> X", 555)]
    [InlineData("RCPT TO:<a@b> X", 555)]
    [InlineData("MAIL FROM:<a>", 553)]
    [InlineData("MAIL FROM:<@a,@b:>", 553)]
    [InlineData("RCPT TO:<>", 553)]
    public void What_does_not_fit_is_refused_with_its_code(string line, int code) =>
        Assert.Equal(code, Assert.IsType<SmtpCommand.Refused>(Parsed(line)).Reply.Code);

    [Theory]
    [InlineData("<a@b>", "a@b")]
    [InlineData("a@b", "a@b")]
    [InlineData(" <a@b>", "a@b")]
    [InlineData("<@x.example:a@b>", "a@b")]
    [InlineData("<@x.example,@y.example:a@b>", "a@b")]
    [InlineData("<\"x>y\"@b>", "\"x>y\"@b")]
    [InlineData("<\"x\\\">y\"@b>", "\"x\\\">y\"@b")]
    public void The_path_is_what_the_brackets_hold_without_a_source_route(string path, string address)
    {
        Assert.Equal(MailAddress.Parse(address), Assert.IsType<SmtpCommand.Mail>(Parsed("MAIL FROM:" + path)).Sender);
        Assert.Equal(MailAddress.Parse(address), Assert.IsType<SmtpCommand.Rcpt>(Parsed("RCPT TO:" + path)).Recipient);
    }

    [Fact]
    public void A_chunk_whose_length_cannot_be_read_closes_the_connection() =>
        Assert.Equal(AfterReply.Close, Assert.IsType<SmtpCommand.Refused>(Parsed("BDAT x")).Reply.After);

    [Theory]
    [InlineData("AUTH PLAIN", null)]
    [InlineData("AUTH PLAIN =", "=")]
    [InlineData("AUTH plain  AAAA ", "AAAA")]
    public void An_absent_initial_response_is_not_an_empty_one(string line, string? initial) =>
        Assert.Equal(new SmtpCommand.Auth("PLAIN", initial), Parsed(line));

    [Fact]
    public void No_line_throws_and_no_refusal_forges_a_line()
    {
        Gen<byte[]> grammar = Gen.Int[0, Words.Length - 1]
            .Select(i => Words[i])
            .Array[0, 14]
            .Select(words => Encoding.UTF8.GetBytes(string.Concat(words)));
        Gen.OneOf(Gen.Byte.Array[0, 60], grammar)
            .Sample(line =>
                SmtpCommandParser.Parse(line) is not SmtpCommand.Refused refused
                || (refused.Reply.Code is >= 500 and < 560 && !refused.Reply.ToWire()[..^2].Any(char.IsControl))
            );
    }

    private static SmtpCommand Parsed(string line) => SmtpCommandParser.Parse(Encoding.UTF8.GetBytes(line));
}
