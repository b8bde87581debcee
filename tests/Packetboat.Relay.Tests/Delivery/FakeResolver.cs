using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>The DNS as literals. What is not in it does not exist.</summary>
internal sealed class FakeResolver : IResolver
{
    public Dictionary<string, DnsAnswer<MxRecord>> Mx { get; } = [];

    public Dictionary<string, IPAddress[]> Hosts { get; } = [];

    public Dictionary<string, DnsAnswer<string>> Text { get; } = [];

    /// <summary>The hosts whose addresses were asked for.</summary>
    public HashSet<string> Asked { get; } = [];

    public void Forget(string name)
    {
        // Nothing is remembered.
    }

    public ValueTask<DnsAnswer<MxRecord>> MxAsync(string domain, CancellationToken ct) =>
        ValueTask.FromResult(Mx.GetValueOrDefault(domain) ?? new DnsAnswer<MxRecord>.NxDomain());

    public ValueTask<DnsAnswer<IPAddress>> Ipv4Async(string host, CancellationToken ct) =>
        Addresses(host, AddressFamily.InterNetwork);

    public ValueTask<DnsAnswer<IPAddress>> Ipv6Async(string host, CancellationToken ct) =>
        Addresses(host, AddressFamily.InterNetworkV6);

    public ValueTask<DnsAnswer<string>> TextAsync(string name, CancellationToken ct) =>
        ValueTask.FromResult(Text.GetValueOrDefault(name) ?? new DnsAnswer<string>.NoData());

    public ValueTask<DnsAnswer<TlsaRecord>> TlsaAsync(string name, CancellationToken ct) =>
        ValueTask.FromResult<DnsAnswer<TlsaRecord>>(new DnsAnswer<TlsaRecord>.NoData());

    public ValueTask<DnsAnswer<string>> AliasAsync(string name, CancellationToken ct) =>
        ValueTask.FromResult<DnsAnswer<string>>(new DnsAnswer<string>.NoData());

    public ValueTask<DnsAnswer<string>> NamesAsync(IPAddress address, CancellationToken ct) =>
        ValueTask.FromResult<DnsAnswer<string>>(new DnsAnswer<string>.NoData());

    private ValueTask<DnsAnswer<IPAddress>> Addresses(string host, AddressFamily family)
    {
        Asked.Add(host);
        if (!Hosts.TryGetValue(host, out IPAddress[]? all))
            return ValueTask.FromResult<DnsAnswer<IPAddress>>(new DnsAnswer<IPAddress>.NxDomain());
        IPAddress[] found = [.. all.Where(address => address.AddressFamily == family)];
        return ValueTask.FromResult<DnsAnswer<IPAddress>>(
            found.Length > 0 ? new DnsAnswer<IPAddress>.Found(found) : new DnsAnswer<IPAddress>.NoData()
        );
    }
}
