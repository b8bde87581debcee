using System.Net;
using Packetboat.Protocol.Dns;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>The DNS as literals. What is not in it does not exist.</summary>
internal sealed class FakeResolver : IResolver
{
    public Dictionary<string, DnsAnswer<MxRecord>> Mx { get; } = [];

    public Dictionary<string, IPAddress> Hosts { get; } = [];

    public ValueTask<DnsAnswer<MxRecord>> MxAsync(string domain, CancellationToken ct) =>
        ValueTask.FromResult(Mx.GetValueOrDefault(domain) ?? new DnsAnswer<MxRecord>.NxDomain());

    public ValueTask<DnsAnswer<IPAddress>> Ipv4Async(string host, CancellationToken ct) =>
        ValueTask.FromResult<DnsAnswer<IPAddress>>(
            Hosts.TryGetValue(host, out IPAddress? address)
                ? new DnsAnswer<IPAddress>.Found([address])
                : new DnsAnswer<IPAddress>.NxDomain()
        );

    public ValueTask<DnsAnswer<IPAddress>> Ipv6Async(string host, CancellationToken ct) =>
        ValueTask.FromResult<DnsAnswer<IPAddress>>(new DnsAnswer<IPAddress>.NoData());

    public ValueTask<DnsAnswer<string>> TextAsync(string name, CancellationToken ct) =>
        ValueTask.FromResult<DnsAnswer<string>>(new DnsAnswer<string>.NoData());

    public ValueTask<DnsAnswer<string>> NamesAsync(IPAddress address, CancellationToken ct) =>
        ValueTask.FromResult<DnsAnswer<string>>(new DnsAnswer<string>.NoData());
}
