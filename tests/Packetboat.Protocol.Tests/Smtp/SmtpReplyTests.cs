using System.Text;
using CsCheck;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.Tests.Smtp;

public sealed class SmtpReplyTests
{
    [Fact]
    public void One_line_carries_code_enhanced_code_and_text() =>
        Assert.Equal("250 2.1.0 OK\r\n", new SmtpReply(250, "2.1.0", "OK").ToWire());

    [Fact]
    public void All_lines_but_the_last_have_a_hyphen() =>
        Assert.Equal("250-2.0.0 a\r\n250-2.0.0 b\r\n250 2.0.0 c\r\n", new SmtpReply(250, "2.0.0", ["a", "b", "c"]).ToWire());

    [Fact]
    public void No_text_makes_a_line_that_is_forged_or_too_long() =>
        Gen.Select(Gen.Char.Array[0, 700], Gen.Bool.Select(enhanced => enhanced ? "5.7.1" : ""))
            .Sample(
                (text, enhanced) =>
                {
                    string wire = new SmtpReply(550, enhanced, new string(text)).ToWire();
                    return wire.EndsWith("\r\n", StringComparison.Ordinal)
                        && wire[..^2].All(c => c is >= ' ' and <= '~')
                        && Encoding.UTF8.GetByteCount(wire) <= SmtpReply.MaxLine;
                }
            );

    /// <summary>A client that did not say SMTPUTF8 must not be sent UTF-8. RFC 6531 §3.7.4.</summary>
    [Theory]
    [InlineData("\"gr\u00fcn\" is not a command", "\"gr?n\" is not a command")]
    [InlineData("<\ud83d\ude80@b.example>", "<?@b.example>")]
    [InlineData("\ufffd", "?")]
    public void A_reply_is_ASCII_whatever_it_quotes(string text, string line) =>
        Assert.Equal($"500 5.5.1 {line}\r\n", new SmtpReply(500, "5.5.1", text).ToWire());

    [Fact]
    public void A_line_may_be_as_long_as_512_octets()
    {
        Assert.Equal($"250 2.0.0 {new string('a', 500)}\r\n", new SmtpReply(250, "2.0.0", new string('a', 500)).ToWire());
        Assert.EndsWith("aa...\r\n", new SmtpReply(250, "2.0.0", new string('a', 501)).ToWire(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_challenge_is_not_cut() =>
        Assert.Equal($"334 {new string('a', 4000)}\r\n", new SmtpReply(334, "", new string('a', 4000)).ToWire());

    [Theory]
    [InlineData("5.7.1 no", 5, 7, 1, 5)]
    [InlineData("2.0.0", 2, 0, 0, 5)]
    [InlineData("4.999.999 x", 4, 999, 999, 9)]
    public void An_enhanced_code_stands_in_front(string text, int group, int subject, int detail, int length)
    {
        Assert.True(EnhancedStatus.TryParse(text, out EnhancedStatus status, out int read));
        Assert.Equal((new EnhancedStatus(group, subject, detail), length), (status, read));
        Assert.Equal(text[..length], status.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no")]
    [InlineData("3.0.0 x")]
    [InlineData("5.7 x")]
    [InlineData("5.7.1.2 x")]
    [InlineData("5..1 x")]
    [InlineData("5.1000.1 x")]
    [InlineData("5.-1.1 x")]
    [InlineData("5.7\0.1 x")]
    [InlineData("5.7.1\0 x")]
    [InlineData(" 5.7.1")]
    public void What_is_no_enhanced_code_is_text(string text)
    {
        Assert.False(EnhancedStatus.TryParse(text, out EnhancedStatus status, out int read));
        Assert.True(status.IsEmpty);
        Assert.Equal(0, read);
    }

    [Theory]
    [InlineData("plain", 10, "plain")]
    [InlineData("0123456789", 10, "0123456789")]
    [InlineData("0123456789a", 10, "0123456...")]
    [InlineData("a\u001b[2Jb", 20, "a?[2Jb")]
    [InlineData("a\r\nb", 20, "a??b")]
    [InlineData("a\u202eb\u200f", 20, "a?b?")]
    [InlineData("a\u2028b", 20, "a?b")]
    [InlineData("j\u00f6rg", 20, "j\u00f6rg")]
    [InlineData("\u0646\u200c\u0647\u200d", 20, "\u0646\u200c\u0647\u200d")]
    [InlineData("\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6", 10, "\u00f6\u00f6\u00f6...")]
    public void Text_from_a_stranger_is_made_printable_and_bounded(string text, int octets, string printable) =>
        Assert.Equal(printable, PrintableText.Of(text, octets));
}
