using System.Globalization;
using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// In which language a sender wants to read what becomes of his message: as <c>Accept-Language</c> says, which is meant for that (RFC 3282 §3),
/// else in that of the message itself, <c>Content-Language</c>. Outlook writes both, Thunderbird the latter.
/// </summary>
internal static class SenderLanguage
{
    private const int MaxOctets = 1000;
    private const int MaxRanges = 20;

    /// <param name="header">Of the message; more may follow it.</param>
    /// <param name="known">Those that there are words in.</param>
    /// <returns>One of them; null: the message says nothing, or another.</returns>
    public static string? Of(ReadOnlySpan<byte> header, IReadOnlyList<string> known)
    {
        var block = new HeaderBlock();
        block.Append(header);
        block.Complete();
        return Best(block, "accept-language", known) ?? Best(block, "content-language", known);
    }

    private static string? Best(HeaderBlock block, string name, IReadOnlyList<string> known)
    {
        if (block.Last(name) is not { } field || block.Value(field) is not { Length: <= MaxOctets } value)
            return null;
        return Encoding
            .ASCII.GetString(value)
            .Split(',', MaxRanges, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(Read)
            .Where(range => range.Weight > 0)
            .OrderByDescending(range => range.Weight)
            .Select(range => known.FirstOrDefault(one => one.Equals(range.Language, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(language => language is not null);
    }

    /// <summary><c>de-CH;q=0.8</c>: of the tag the language alone, RFC 5646 §2.1. Without a weight it is 1.</summary>
    private static (string Language, double Weight) Read(string range)
    {
        string[] parts = range.Split(';', StringSplitOptions.TrimEntries);
        string language = parts[0].Split('-')[0];
        string? weight = parts.Skip(1).FirstOrDefault(part => part.StartsWith("q=", StringComparison.OrdinalIgnoreCase));
        return weight is null ? (language, 1)
            : double.TryParse(weight.AsSpan(2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
                ? (language, value)
            : (language, 0);
    }
}
