using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;

namespace Packetboat.Relay.Checks;

/// <summary>Whether an address has a name that leads back to it (RFC 1912 §2.1), and is the one that is said in EHLO.</summary>
internal sealed class ReverseCheck(IResolver resolver)
{
    /// <summary>Whoever owns an address may give it a thousand names.</summary>
    private const int MostNames = 5;

    public async ValueTask<ReverseVerdict> CheckAsync(IPAddress address, string hello, CancellationToken ct)
    {
        DnsAnswer<string> answer = await resolver.NamesAsync(address, ct);
        if (answer is DnsAnswer<string>.TemporaryFailure failure)
            return new ReverseVerdict(ReverseStanding.Unsure, "", failure.Reason);
        if (answer is not DnsAnswer<string>.Found { Records: [var first, ..] } names)
            return new ReverseVerdict(ReverseStanding.HasNone, "");
        string unsure = "";
        foreach (string name in names.Records.Take(MostNames))
        {
            if (!await LeadsBackAsync(name))
                continue;
            bool fits = name.Equals(hello, StringComparison.OrdinalIgnoreCase) || await LeadsBackAsync(hello);
            return new ReverseVerdict(fits ? ReverseStanding.Fits : ReverseStanding.IsAnother, name);
        }

        return unsure.Length > 0
            ? new ReverseVerdict(ReverseStanding.Unsure, first, unsure)
            : new ReverseVerdict(ReverseStanding.LeadsElsewhere, first);

        async ValueTask<bool> LeadsBackAsync(string name)
        {
            DnsAnswer<IPAddress> found =
                address.AddressFamily == AddressFamily.InterNetwork
                    ? await resolver.Ipv4Async(name, ct)
                    : await resolver.Ipv6Async(name, ct);
            if (found is DnsAnswer<IPAddress>.TemporaryFailure failed)
                unsure = failed.Reason;
            return found is DnsAnswer<IPAddress>.Found records && records.Records.Contains(address);
        }
    }
}
