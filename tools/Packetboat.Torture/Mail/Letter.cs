using System.Globalization;
using System.Text;

namespace Packetboat.Torture.Mail;

/// <summary>A message that can be written again from its number: who has it in his hands sees whether a byte of it is missing.</summary>
/// <param name="Number">Which message.</param>
/// <param name="Attempt">Which try to hand it in: a client that does not know what became of the last makes another.</param>
internal sealed record Letter(int Number, int Attempt)
{
    /// <summary>The field by which it is known again, first of its header.</summary>
    public const string Mark = "X-Torture: ";

    public const string Domain = "origin.test";

    /// <summary>Domains of recipients are <c>d0.test</c> to <c>d7.test</c>.</summary>
    public const int Domains = 8;

    /// <summary>The hub takes nothing larger, the spoke does: what lies between goes back.</summary>
    public const int LargestForHub = 1_500_000;

    public string Sender => $"s{Number}@{Domain}";

    /// <summary>One to three; a name that begins with <c>reject</c> is refused for good, one with <c>later</c> for now.</summary>
    public IReadOnlyList<string> Recipients()
    {
        var dice = new Random(Number);
        return
        [
            .. Enumerable
                .Range(
                    0,
                    dice.Next(10) switch
                    {
                        0 => 3,
                        1 => 2,
                        _ => 1,
                    }
                )
                .Select(i =>
                {
                    string kind = dice.Next(20) switch
                    {
                        0 => "reject",
                        1 => "later",
                        _ => "box",
                    };
                    return $"{kind}.{Number}.{i}@d{dice.Next(Domains)}.test";
                }),
        ];
    }

    public byte[] Content()
    {
        var dice = new Random(Number * 31);
        int size = SizeOf(dice);
        var text = new StringBuilder(size + 2000);
        text.Append(CultureInfo.InvariantCulture, $"{Mark}{Number} {Attempt}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"From: <{Sender}>\r\nTo: undisclosed-recipients:;\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Message-ID: <{Number}.{Attempt}@{Domain}>\r\n");
        text.Append("Date: Mon, 6 Jan 2025 10:00:00 +0100\r\nSubject: torture\r\n\r\n");
        while (text.Length < size)
            AppendLine(text, dice);
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>Null when what arrived is this letter with nothing but fields of the way put in front; else what is the matter.</summary>
    public string? DifferenceTo(ReadOnlySpan<byte> arrived)
    {
        byte[] sent = Content();
        if (!arrived.EndsWith(sent))
            return $"{arrived.Length} octets arrived and do not end with the {sent.Length} that were sent";
        string added = Encoding.Latin1.GetString(arrived[..^sent.Length]);
        bool areFields = added
            .Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .All(line => line[0] is ' ' or '\t' || line.StartsWith("Received: ", StringComparison.Ordinal));
        return areFields ? null : $"put in front: {added}";
    }

    /// <summary>Reads the mark out of a header; null where there is none.</summary>
    public static Letter? Of(ReadOnlySpan<byte> header)
    {
        int at = header.IndexOf(Encoding.ASCII.GetBytes(Mark));
        if (at < 0)
            return null;
        ReadOnlySpan<byte> rest = header[(at + Mark.Length)..];
        int end = rest.IndexOfAny((byte)'\r', (byte)'\n');
        string[] words = end < 0 ? [] : Encoding.ASCII.GetString(rest[..end]).Split(' ');
        return
            words is [var number, var attempt]
            && int.TryParse(number, CultureInfo.InvariantCulture, out int n)
            && int.TryParse(attempt, CultureInfo.InvariantCulture, out int a)
            ? new Letter(n, a)
            : null;
    }

    private static int SizeOf(Random dice) =>
        dice.Next(100) switch
        {
            < 60 => dice.Next(300, 4000),
            < 85 => dice.Next(4000, 64_000),
            < 96 => dice.Next(64_000, 300_000),
            < 99 => dice.Next(300_000, 1_000_000),
            _ => dice.Next(LargestForHub + 10_000, LargestForHub + 300_000),
        };

    /// <summary>Dots in front, blanks at the end, all lengths that are allowed, eight bits; not NUL, CR or LF.</summary>
    private static void AppendLine(StringBuilder text, Random dice)
    {
        switch (dice.Next(12))
        {
            case 0:
                text.Append('.');
                break;
            case 1:
                text.Append("..");
                break;
            case 2:
                text.Append("From here");
                break;
            default:
                int length = dice.Next(8) == 0 ? 998 : dice.Next(100);
                for (int i = 0; i < length; i++)
                    text.Append((char)(dice.Next(20) == 0 ? dice.Next(0x80, 0x100) : dice.Next(0x20, 0x7F)));
                break;
        }

        text.Append("\r\n");
    }
}
