using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Spf;

namespace Packetboat.Relay.Arrival;

/// <summary>The SPF record that lets us send for a domain: the one that it has, with us in it, or a new one. RFC 7208 §3.</summary>
internal sealed class SpfAdvice(IResolver resolver)
{
    /// <summary>Longer ones are not pasted: who has such a record has tools of his own.</summary>
    private const int MaxRecord = 255;

    /// <param name="domain">Of the envelope.</param>
    /// <param name="settings">Who we are.</param>
    /// <param name="address">That has to be let.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>As a zone file has it; empty: it has to be found by hand.</returns>
    public async ValueTask<string> RecordAsync(string domain, ArrivalSettings settings, IPAddress address, CancellationToken ct)
    {
        string term =
            settings.Addresses.Count == 0 ? $"a:{settings.HostName}"
            : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"ip6:{address}"
            : $"ip4:{address}";
        string[] present = await resolver.TextAsync(domain, ct) is DnsAnswer<string>.Found found
            ? [.. found.Records.Where(SpfRecord.IsMeant)]
            : [];
        string record = present switch
        {
            [] => $"v=spf1 {term} ~all",
            [var only] => $"v=spf1 {term} {only["v=spf1".Length..].Trim()}".TrimEnd(),
            _ => "",
        };
        bool isFit =
            record.Length is > 0 and <= MaxRecord && record.All(letter => letter is >= ' ' and <= '~' and not '"' and not '\\');
        return isFit ? $"{domain}. TXT \"{record}\"" : "";
    }
}
