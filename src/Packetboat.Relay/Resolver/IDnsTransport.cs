using System.Net;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Relay.Resolver;

/// <summary>An answer and for how long it holds.</summary>
internal sealed record TimedAnswer<T>(DnsAnswer<T> Answer, TimeSpan TimeToLive);

/// <summary>Asks once, with its own deadline. Every failure is an answer.</summary>
internal interface IDnsTransport
{
    Task<TimedAnswer<MxRecord>> MxAsync(string name);

    Task<TimedAnswer<IPAddress>> Ipv4Async(string name);

    Task<TimedAnswer<IPAddress>> Ipv6Async(string name);

    Task<TimedAnswer<string>> TextAsync(string name);

    Task<TimedAnswer<TlsaRecord>> TlsaAsync(string name);

    Task<TimedAnswer<string>> AliasAsync(string name);

    Task<TimedAnswer<string>> PointersAsync(string name);
}
