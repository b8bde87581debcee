using System.Net;

namespace Packetboat.Protocol.Spf;

/// <summary>A mechanism's kind. RFC 7208 §5.</summary>
public enum SpfKind
{
    All,
    Include,
    A,
    Mx,
    Ptr,
    Ip4,
    Ip6,
    Exists,
}

/// <summary>One mechanism of a record. RFC 7208 §4.6.2.</summary>
/// <param name="Qualifier">What a match means: pass, fail, softfail or neutral.</param>
/// <param name="Kind">Which mechanism.</param>
/// <param name="Text">As it stands in the record.</param>
/// <param name="Target">The domain-spec; null: the current domain.</param>
/// <param name="Network">Of <see cref="SpfKind.Ip4"/> and <see cref="SpfKind.Ip6"/>.</param>
/// <param name="Prefix4">Bits that count of an IPv4 address.</param>
/// <param name="Prefix6">Bits that count of an IPv6 address.</param>
public sealed record SpfTerm(
    SpfResult Qualifier,
    SpfKind Kind,
    string Text,
    SpfMacro? Target = null,
    IPAddress? Network = null,
    int Prefix4 = 32,
    int Prefix6 = 128
)
{
    /// <summary>Whether it is one of the ten that a check may have. RFC 7208 §4.6.4.</summary>
    public bool AsksDns => Kind is not (SpfKind.All or SpfKind.Ip4 or SpfKind.Ip6);

    /// <summary>Whether the bits that count are the same.</summary>
    public bool Covers(IPAddress network, IPAddress host)
    {
        if (network.AddressFamily != host.AddressFamily)
            return false;
        Span<byte> left = stackalloc byte[16];
        Span<byte> right = stackalloc byte[16];
        network.TryWriteBytes(left, out int length);
        host.TryWriteBytes(right, out _);
        int bits = length == 4 ? Prefix4 : Prefix6;
        int whole = bits / 8;
        int rest = bits % 8;
        return left[..whole].SequenceEqual(right[..whole])
            && (rest == 0 || left[whole] >> (8 - rest) == right[whole] >> (8 - rest));
    }
}
