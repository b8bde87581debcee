using System.Text;
using Packetboat.Protocol;
using Packetboat.Protocol.Smtp;
using Packetboat.Testing;

namespace Packetboat.Fuzz;

/// <summary>What must hold of bytes and texts wherever they come from.</summary>
internal static class Check
{
    public static void That(bool holds, string what)
    {
        if (!holds)
            throw new FindingException(what);
    }

    public static void Same<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new FindingException($"{what}: {expected} became {actual}");
    }

    public static void SameOctets(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string what)
    {
        if (!expected.SequenceEqual(actual))
            throw new FindingException($"{what}: {WireText.Shown(expected)} became {WireText.Shown(actual)}");
    }

    /// <summary>Nothing in it moves a terminal's cursor, ends a log line, or turns the text around.</summary>
    public static void IsPrintable(string text, string what) =>
        That(
            PrintableText.Of(text, int.MaxValue) == text,
            $"{what} has a control character: {WireText.Shown(Encoding.UTF8.GetBytes(text))}"
        );

    /// <summary>Replies as RFC 5321 §4.2 wants them: printable lines of ASCII, none too long, the lines of one reply with one code.</summary>
    /// <returns>How many replies.</returns>
    public static int AreReplies(ReadOnlySpan<byte> wire)
    {
        int replies = 0;
        int code = 0;
        while (!wire.IsEmpty)
        {
            int end = wire.IndexOf("\r\n"u8);
            That(end >= 4, $"not a reply line: {WireText.Shown(wire)}");
            ReadOnlySpan<byte> line = wire[..end];
            int most = line.StartsWith("334"u8) ? SmtpCommandParser.MaxAuthLine : SmtpReply.MaxLine;
            That(end + 2 <= most, $"a reply line of {end + 2} octets");
            That(!line.ContainsAnyExceptInRange((byte)' ', (byte)'~'), $"a reply is not printable ASCII: {WireText.Shown(line)}");
            That(
                line[0] is >= (byte)'2' and <= (byte)'5' && line[3] is (byte)' ' or (byte)'-',
                $"not a reply: {WireText.Shown(line)}"
            );
            int its = ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + (line[2] - '0');
            That(code == 0 || code == its, $"the lines of a reply disagree: {WireText.Shown(line)}");
            code = line[3] == '-' ? its : 0;
            replies += line[3] == '-' ? 0 : 1;
            wire = wire[(end + 2)..];
        }

        That(code == 0, "the last reply has no end");
        return replies;
    }

    /// <summary>Lines of a message as they may be stored and sent: CRLF and nothing like it, no NUL, none too long.</summary>
    public static void IsClean(ReadOnlySpan<byte> message)
    {
        That(!message.Contains((byte)0), "a NUL octet passed");
        foreach (Range range in message.Split("\r\n"u8))
        {
            ReadOnlySpan<byte> line = message[range];
            That(!line.ContainsAny((byte)'\r', (byte)'\n'), $"a bare CR or LF passed: {WireText.Shown(line)}");
            That(line.Length <= 998, $"a line of {line.Length} octets passed");
        }
    }
}
