using System.Text;
using System.Text.Unicode;

namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>
/// One line of one file, kept as it is, so that every value knows where it came from and an editor can write the others back untouched.
/// </summary>
/// <param name="File">As an operator would name it.</param>
/// <param name="Number">Counted from 1.</param>
/// <param name="Raw">All its octets, line end included.</param>
public sealed record IniLine(string File, int Number, ReadOnlyMemory<byte> Raw)
{
    /// <summary>Synchronet reads no more of a line than this.</summary>
    public const int MaxLength = 2047;

    /// <summary>What is read of it: no line end, at most <see cref="MaxLength"/> octets, and nothing from an 0xFF octet on.</summary>
    public string Text { get; } = Decode(Raw.Span);

    public bool IsTooLong => Raw.Span.TrimEnd("\r\n"u8).Length > MaxLength;

    public override string ToString() => $"{File}:{Number}";

    private static string Decode(ReadOnlySpan<byte> raw)
    {
        ReadOnlySpan<byte> read = raw.TrimEnd("\r\n"u8);
        read = read[..Math.Min(read.Length, MaxLength)];
        int end = read.IndexOf((byte)0xFF);
        if (end >= 0)
            read = read[..end];

        // Old installations write in their terminals' character set. What is not UTF-8 keeps its octets as characters.
        return Utf8.IsValid(read) ? Encoding.UTF8.GetString(read) : Encoding.Latin1.GetString(read);
    }
}
