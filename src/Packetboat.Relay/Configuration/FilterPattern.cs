using System.Globalization;
using System.Net;
using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Configuration;

/// <summary>
/// One line of a filter list. <c>text~</c> is contained, <c>text^</c> begins, <c>a*b</c> begins and ends, <c>address/bits</c> is a network,
/// anything else is the whole; <c>!</c> in front reverses. Case does not matter.
/// </summary>
public sealed class FilterPattern
{
    private const StringComparison IgnoreCase = StringComparison.OrdinalIgnoreCase;

    private readonly string _text;
    private readonly IPNetwork? _network;

    private FilterPattern(string text, bool isReversed, DateTimeOffset? expires)
    {
        _text = text;
        IsReversed = isReversed;
        Expires = expires;
        _network = Network.TryParse(text, out IPNetwork network) ? network : null;
    }

    /// <summary>Whether a match means that the subject is not listed.</summary>
    public bool IsReversed { get; }

    /// <summary>Whether it stands for somebody in particular: a lone wildcard, or a network of all addresses, stands for everybody.</summary>
    public bool IsSpecific => _network is { } network ? network.PrefixLength > 0 : _text.AsSpan().Trim("*~^").Length > 0;

    /// <summary>When the line counts as absent.</summary>
    public DateTimeOffset? Expires { get; }

    /// <summary>Null for a comment or a blank line.</summary>
    public static FilterPattern? Parse(string line)
    {
        string[] fields = line.Trim().Split('\t', StringSplitOptions.TrimEntries);
        string text = fields[0];
        if (text.Length == 0 || text[0] == ';')
            return null;

        bool isReversed = text[0] == '!';
        string pattern = CEscapes.Expand(isReversed ? text[1..] : text);
        return pattern.Length == 0 ? null : new FilterPattern(pattern, isReversed, ExpiryIn(fields.AsSpan(1)));
    }

    /// <summary>Whether the pattern's text fits, without regard to <see cref="IsReversed"/>.</summary>
    public bool Fits(string subject) =>
        _text switch
        {
            [.. var part, '~'] => subject.Contains(part, IgnoreCase),
            [.. var start, '^'] => subject.StartsWith(start, IgnoreCase),
            _ => _text.IndexOf('*', StringComparison.Ordinal) is >= 0 and var star
                ? FitsEnds(subject, _text.AsSpan(0, star), _text.AsSpan(star + 1))
                : _text.Equals(subject, IgnoreCase),
        };

    /// <summary>As a network that holds the address, or as the text of it.</summary>
    public bool Fits(IPAddress address, string text) => _network is { } network ? network.Contains(address) : Fits(text);

    public bool HasExpired(DateTimeOffset now) => Expires <= now;

    private static bool FitsEnds(ReadOnlySpan<char> subject, ReadOnlySpan<char> start, ReadOnlySpan<char> end) =>
        subject.Length >= start.Length + end.Length && subject.StartsWith(start, IgnoreCase) && subject.EndsWith(end, IgnoreCase);

    /// <summary>A time that cannot be read does not make a ban eternal or void: the line stays until somebody removes it.</summary>
    private static DateTimeOffset? ExpiryIn(ReadOnlySpan<string> metadata)
    {
        foreach (string field in metadata)
            if (field.StartsWith("e=", StringComparison.Ordinal) && TryReadTime(field[2..], out DateTimeOffset expires))
                return expires;
        return null;
    }

    private static bool TryReadTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out time)
        || DateTimeOffset.TryParseExact(
            text,
            ["yyyyMMddTHHmmss", "yyyyMMddTHHmmssZ", "yyyyMMddTHHmmsszzz", "yyyyMMdd"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeLocal,
            out time
        );
}
