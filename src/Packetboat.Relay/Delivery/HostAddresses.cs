using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Resolver;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// A host's addresses, IPv6 first (RFC 6724). Asked of the configured DNS server; without one of the machine itself, so that its hosts
/// file counts too.
/// </summary>
internal sealed class HostAddresses(IResolver resolver, Func<bool> usesOwnServer)
{
    /// <summary>What is said where the DNS knows the host and has no address of it: asking again changes nothing.</summary>
    public const string None = "it has no address";

    public async ValueTask<(IReadOnlyList<IPAddress> Addresses, string Failure)> OfAsync(string host, CancellationToken stopping)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
            return ([literal], "");
        // Whoever writes a domain's records may write anything; what cannot be a name is not for the machine's resolver to find out.
        host = CachingResolver.Plain(host);
        if (!CachingResolver.CanExist(host))
            return ([], None);
        if (!usesOwnServer())
            return await AskMachineAsync(host, stopping);

        DnsAnswer<IPAddress> six = await resolver.Ipv6Async(host, stopping);
        DnsAnswer<IPAddress> four = await resolver.Ipv4Async(host, stopping);
        IPAddress[] found = [.. Records(six), .. Records(four)];
        string failure = found.Length > 0 ? "" : Trouble(four) ?? Trouble(six) ?? None;
        return (found, failure);
    }

    private static async ValueTask<(IReadOnlyList<IPAddress>, string)> AskMachineAsync(string host, CancellationToken stopping)
    {
        try
        {
            IPAddress[] found = await System.Net.Dns.GetHostAddressesAsync(host, stopping);
            return (found, found.Length > 0 ? "" : None);
        }
        catch (SocketException failure)
        {
            bool isDefinite = failure.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
            return ([], isDefinite ? None : failure.Message);
        }
    }

    private static IReadOnlyList<IPAddress> Records(DnsAnswer<IPAddress> answer) =>
        answer is DnsAnswer<IPAddress>.Found found ? found.Records : [];

    private static string? Trouble(DnsAnswer<IPAddress> answer) => (answer as DnsAnswer<IPAddress>.TemporaryFailure)?.Reason;
}
