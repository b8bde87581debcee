using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Packetboat.Testing;

/// <summary>
/// Text as conversation files write it, and the octets it stands for. <c>\xNN</c> is one octet, <c>\r</c>, <c>\n</c> and <c>\t</c>
/// are what they are in C#; <c>{a*998}</c> is its text that many times; anything else is UTF-8.
/// </summary>
public static partial class WireText
{
    public static byte[] Bytes(string text)
    {
        text = Repeated().Replace(text, match => Repeat(match.Groups["text"].Value, match.Groups["count"].ValueSpan));
        var bytes = new List<byte>(text.Length);
        int done = 0;
        foreach (Match escape in Escape().Matches(text))
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(text[done..escape.Index]));
            bytes.Add(OctetOf(escape));
            done = escape.Index + escape.Length;
        }

        bytes.AddRange(Encoding.UTF8.GetBytes(text[done..]));
        return [.. bytes];
    }

    /// <summary>The other way round, for a text that can be compared and read.</summary>
    public static string Shown(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (byte b in bytes)
            text.Append(
                b switch
                {
                    (byte)'\r' => @"\r",
                    (byte)'\n' => @"\n",
                    (byte)'\t' => @"\t",
                    < 0x20 or > 0x7E => $@"\x{b:x2}",
                    _ => ((char)b).ToString(),
                }
            );
        return text.ToString();
    }

    private static byte OctetOf(Match escape) =>
        escape.Value switch
        {
            @"\r" => (byte)'\r',
            @"\n" => (byte)'\n',
            @"\t" => (byte)'\t',
            _ => byte.Parse(escape.Groups["octet"].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        };

    private static string Repeat(string text, ReadOnlySpan<char> count) =>
        new StringBuilder().Insert(0, text, int.Parse(count, CultureInfo.InvariantCulture)).ToString();

    [GeneratedRegex(@"\\x(?<octet>[0-9A-Fa-f]{2})|\\[rnt]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();

    [GeneratedRegex(@"\{(?<text>[^{}*]+)\*(?<count>[0-9]+)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Repeated();
}
