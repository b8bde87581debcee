using System.Globalization;
using System.Text;

namespace Packetboat.Protocol.Smtp;

/// <summary>What the session does once a reply is on the wire.</summary>
public enum AfterReply
{
    Continue,
    UpgradeToTls,
    Close,
}

/// <summary>
/// One reply to one command, ours or a peer's: code, enhanced code and text, one text line an item. RFC 5321 §4.2, RFC 2034.
/// A reply is a value: whoever decides returns it, and one place writes it.
/// </summary>
public readonly record struct SmtpReply(
    int Code,
    string Enhanced,
    IReadOnlyList<string> Lines,
    AfterReply After = AfterReply.Continue
)
{
    /// <summary>Octets of a reply line with its CRLF. RFC 5321 §4.5.3.1.5.</summary>
    public const int MaxLine = 512;

    /// <param name="code">Three digits.</param>
    /// <param name="enhanced">Such as <c>2.1.0</c>; empty for 220, 221-less greetings, EHLO and 3xx, which carry none (RFC 2034 §4).</param>
    /// <param name="text">One line. Control characters are replaced when it is written.</param>
    /// <param name="after">What follows.</param>
    public SmtpReply(int code, string enhanced, string text, AfterReply after = AfterReply.Continue)
        : this(code, enhanced, [text], after) { }

    public bool IsPositive => Code is >= 200 and < 300;

    public bool IsIntermediate => Code is >= 300 and < 400;

    public bool IsTransient => Code is >= 400 and < 500;

    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>The text, its lines joined by blanks.</summary>
    public string Text => string.Join(' ', Lines);

    public static SmtpReply Closing(SmtpReply reply) => reply with { After = AfterReply.Close };

    /// <summary>
    /// Writes the reply as wire bytes. Whatever would end or forge a line is replaced, and a line that would be too long is cut, because
    /// parts of the text may come from a peer. It is ASCII even where UTF-8 would be allowed: that depends on what the client said before
    /// (RFC 6531 §3.7.4), and no program needs it.
    /// </summary>
    public string ToWire()
    {
        var wire = new StringBuilder();
        string prefix = Enhanced.Length == 0 ? "" : Enhanced + " ";
        // A challenge that is cut is no challenge. RFC 4954 §4 lets it be as long as a response.
        int max = Code == 334 ? SmtpCommandParser.MaxAuthLine : MaxLine;
        for (int i = 0; i < Lines.Count; i++)
        {
            char separator = i == Lines.Count - 1 ? ' ' : '-';
            string line = PrintableText.Ascii(Lines[i], max - 6 - prefix.Length);
            wire.Append(CultureInfo.InvariantCulture, $"{Code}{separator}{prefix}{line}\r\n");
        }

        return wire.ToString();
    }

    /// <summary>For logs, traces and bounces: one line, printable.</summary>
    public override string ToString() =>
        PrintableText.Of(Enhanced.Length == 0 ? $"{Code} {Text}" : $"{Code} {Enhanced} {Text}", 1024);
}
