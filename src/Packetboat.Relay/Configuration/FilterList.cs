using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Packetboat.Relay.Configuration;

/// <summary>A list of patterns in Synchronet's filter syntax: <c>*.can</c>, <c>relay.cfg</c>, <c>domains.cfg</c> and their kin.</summary>
public sealed class FilterList
{
    private readonly FilterPattern[] _patterns;

    private FilterList(FilterPattern[] patterns) => _patterns = patterns;

    public static FilterList Empty { get; } = new([]);

    public IReadOnlyList<FilterPattern> Patterns => _patterns;

    public static FilterList Parse(ReadOnlyMemory<byte> content) =>
        new([.. ListLines.Of(content).Select(FilterPattern.Parse).OfType<FilterPattern>()]);

    /// <summary>
    /// Whether the text is listed, as Synchronet decides. The first pattern that fits decides; if none does, the last line's nature does: a
    /// list that ends with a reversed pattern lists everything which that pattern does not fit.
    /// </summary>
    public bool Matches(string subject, DateTimeOffset now) => Decide(p => p.Fits(subject), now) ?? EndsReversed(now);

    /// <summary>Whether the address or the name is listed, as Synchronet decides.</summary>
    public bool Matches(IPAddress address, string? hostName, DateTimeOffset now) =>
        (Named(address, now) ?? EndsReversed(now)) || (IsName(hostName) && Matches(hostName, now));

    /// <summary>
    /// Whether a pattern fits that is not reversed. For lists that grant something: what Synchronet makes of a list's end would open a relay
    /// to everybody whom the last line does not exclude.
    /// </summary>
    public bool Names(IPAddress address, string? hostName, DateTimeOffset now) =>
        (Named(address, now, p => p.IsSpecific) ?? false)
        || (IsName(hostName) && (Decide(p => p.IsSpecific && p.Fits(hostName), now) ?? false));

    /// <summary>Whoever owns an address names it in DNS: a name that looks like somebody else's address must not pass for it.</summary>
    private static bool IsName([NotNullWhen(true)] string? hostName) =>
        hostName is not null && !ServerAddress.IsAddress(hostName);

    private bool? Named(IPAddress address, DateTimeOffset now, Func<FilterPattern, bool>? only = null)
    {
        // A dual-stack listener shows IPv4 clients as ::ffff:a.b.c.d; lists are written without.
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        string text = TextOf(plain);
        return Decide(p => only?.Invoke(p) != false && p.Fits(plain, text), now);
    }

    /// <summary>
    /// An IPv6 address whose owner chose its last half to look like an IPv4 address (ISATAP) is written in hexadecimal all the same: a text
    /// pattern for 192.168.1.5 must not fit it.
    /// </summary>
    private static string TextOf(IPAddress address)
    {
        string text = address.ToString();
        if (!text.Contains(':', StringComparison.Ordinal) || !text.Contains('.', StringComparison.Ordinal))
            return text;
        byte[] octets = address.GetAddressBytes();
        return string.Join(
            ':',
            octets.Chunk(2).Select(pair => ((pair[0] << 8) | pair[1]).ToString("x", CultureInfo.InvariantCulture))
        );
    }

    /// <summary>Null if the list ends without a decision.</summary>
    private bool? Decide(Func<FilterPattern, bool> fits, DateTimeOffset now)
    {
        foreach (FilterPattern pattern in _patterns)
            if (!pattern.HasExpired(now) && fits(pattern))
                return !pattern.IsReversed;
        return null;
    }

    private bool EndsReversed(DateTimeOffset now) => Array.FindLast(_patterns, p => !p.HasExpired(now)) is { IsReversed: true };
}
