using System.Net;
using System.Net.Sockets;

namespace Packetboat.Relay.Listening;

/// <summary>
/// Addresses that are counted as one client: an IPv4 address, or the /64 of IPv6 that a household gets, whose addresses are free for the
/// taking (RFC 6177 §2).
/// </summary>
public readonly record struct ClientNetwork
{
    private const int HouseholdOctets = 8;

    private ClientNetwork(IPAddress address, int bits) => (Address, Bits) = (address, bits);

    /// <summary>Its first address.</summary>
    public IPAddress Address { get; }

    public int Bits { get; }

    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>The neighbourhood: /24, or the /48 from which one customer may get many /64.</summary>
    public ClientNetwork Around =>
        Address.AddressFamily == AddressFamily.InterNetworkV6 ? new(First(Address, 6), 48) : new(First(Address, 3), 24);

    /// <summary>An IPv4 client of a dual-stack socket is the client that it would be without one.</summary>
    public static ClientNetwork Of(IPAddress client)
    {
        IPAddress address = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        return address.AddressFamily == AddressFamily.InterNetworkV6 && !IPAddress.IsLoopback(address)
            ? new(First(address, HouseholdOctets), 64)
            : new(address, address.GetAddressBytes().Length * 8);
    }

    public override string ToString() => $"{Address}/{Bits}";

    private static IPAddress First(IPAddress address, int octets)
    {
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(octets).Clear();
        return new IPAddress(bytes);
    }
}
