using System.Net;
using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Protocol.Dns;

/// <summary>Asks the DNS. Names are given as A-labels. A failed look-up is an answer; only cancellation throws.</summary>
public interface IResolver
{
    ValueTask<DnsAnswer<MxRecord>> MxAsync(string domain, CancellationToken ct);

    /// <summary>A records.</summary>
    ValueTask<DnsAnswer<IPAddress>> Ipv4Async(string host, CancellationToken ct);

    /// <summary>AAAA records.</summary>
    ValueTask<DnsAnswer<IPAddress>> Ipv6Async(string host, CancellationToken ct);

    /// <summary>TXT records, each with its strings put together. RFC 7208 §3.3.</summary>
    ValueTask<DnsAnswer<string>> TextAsync(string name, CancellationToken ct);

    /// <summary>TLSA records. RFC 6698.</summary>
    /// <param name="name">With port and protocol, see <see cref="TlsaRecord.NameFor"/>.</param>
    /// <param name="ct">Gives up.</param>
    ValueTask<DnsAnswer<TlsaRecord>> TlsaAsync(string name, CancellationToken ct);

    /// <summary>The CNAME record itself. Aliases on the way to other records are followed without being asked for.</summary>
    ValueTask<DnsAnswer<string>> AliasAsync(string name, CancellationToken ct);

    /// <summary>PTR records: what the address calls itself. Lower case, without the dot at the end.</summary>
    ValueTask<DnsAnswer<string>> NamesAsync(IPAddress address, CancellationToken ct);

    /// <summary>Somebody has changed the records of a name and wants them seen: the next question goes out, whatever is remembered.</summary>
    void Forget(string name);
}
