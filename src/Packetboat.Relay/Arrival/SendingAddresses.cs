using System.Net;
using Packetboat.Protocol.Dns;

namespace Packetboat.Relay.Arrival;

/// <summary>Which addresses receivers see. Those that were set, or those of our own name; the DNS's answer is cached by the resolver.</summary>
public sealed class SendingAddresses(IResolver resolver, Func<ArrivalSettings> settings)
{
    /// <returns>None: nobody knows, and the reason.</returns>
    public async ValueTask<(IReadOnlyList<IPAddress> Addresses, string Unknown)> FindAsync(CancellationToken ct)
    {
        ArrivalSettings now = settings();
        if (now.LeavesByRelay && now.Addresses.Count == 0)
            return ([], "mail leaves by a relay, and SendingAddresses does not say from where");
        if (now.Addresses.Count > 0)
            return (now.Addresses, "");
        DnsAnswer<IPAddress> four = await resolver.Ipv4Async(now.HostName, ct);
        DnsAnswer<IPAddress> six = await resolver.Ipv6Async(now.HostName, ct);
        IPAddress[] found = [.. Records(four), .. Records(six)];
        return (found, found.Length > 0 ? "" : $"SendingAddresses is not set, and {now.HostName} has no address");
    }

    private static IReadOnlyList<IPAddress> Records(DnsAnswer<IPAddress> answer) =>
        answer is DnsAnswer<IPAddress>.Found found ? found.Records : [];
}
