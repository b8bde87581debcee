using System.Text;
using System.Text.Unicode;

namespace Packetboat.Relay.Configuration;

/// <summary>The lines of a list file.</summary>
internal static class ListLines
{
    public static IEnumerable<string> Of(ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> octets = content.Span;
        if (octets.StartsWith("\uFEFF"u8))
            octets = octets[3..];
        string text = Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : Encoding.Latin1.GetString(octets);
        return text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }
}
