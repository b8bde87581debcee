using System.Net;

namespace Packetboat.Protocol.Dns;

/// <summary>
/// Which addresses the mail of strangers may make us connect to. A domain's owner writes its records, and could name hosts of our own
/// network. The registries are RFC 6890 and its successors.
/// </summary>
public static class AddressRules
{
    private static readonly IPNetwork[] Special =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network, RFC 791 §3.2
        IPNetwork.Parse("10.0.0.0/8"), // private, RFC 1918
        IPNetwork.Parse("100.64.0.0/10"), // behind a carrier's NAT, RFC 6598
        IPNetwork.Parse("127.0.0.0/8"), // loopback, RFC 1122 §3.2.1.3
        IPNetwork.Parse("169.254.0.0/16"), // link-local, RFC 3927; clouds keep their secrets here
        IPNetwork.Parse("172.16.0.0/12"), // private, RFC 1918
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments, RFC 6890
        IPNetwork.Parse("192.0.2.0/24"), // documentation, RFC 5737
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 anycast, RFC 7526
        IPNetwork.Parse("192.168.0.0/16"), // private, RFC 1918
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks, RFC 2544
        IPNetwork.Parse("198.51.100.0/24"), // documentation, RFC 5737
        IPNetwork.Parse("203.0.113.0/24"), // documentation, RFC 5737
        IPNetwork.Parse("224.0.0.0/4"), // multicast, RFC 5771
        IPNetwork.Parse("240.0.0.0/4"), // reserved and broadcast, RFC 1112 §4
        IPNetwork.Parse("2001::/23"), // protocol assignments with Teredo, RFC 2928, RFC 4380
        IPNetwork.Parse("2001:db8::/32"), // documentation, RFC 3849
        IPNetwork.Parse("3fff::/20"), // documentation, RFC 9637
    ];

    /// <summary>All unicast that was ever given out. RFC 4291 §2.4; what is not in it is loopback, ULA, link-local, multicast or nothing.</summary>
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsPublic(IPAddress address)
    {
        if (Embedded(address) is { } four)
            return IsPublic(four);
        bool isGlobal = address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetwork || GlobalUnicast.Contains(address);
        return isGlobal && !Array.Exists(Special, network => network.Contains(address));
    }

    /// <summary>The IPv4 address that is really connected to: mapped (RFC 4291 §2.5.5.2), 6to4 (RFC 3056 §2) or NAT64 (RFC 6052 §2.1).</summary>
    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetwork)
            return null;
        byte[] bytes = address.GetAddressBytes();
        return SixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4))
            : Nat64.Contains(address) ? new IPAddress(bytes.AsSpan(12, 4))
            : null;
    }
}
