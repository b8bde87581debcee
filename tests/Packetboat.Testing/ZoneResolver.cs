using System.Net;
using Packetboat.Protocol.Dns;

namespace Packetboat.Testing;

/// <summary>
/// The DNS as lines of text: <c>name TYPE data</c> with A, AAAA, MX (preference and host), TXT, PTR (the name is the address), and
/// <c>name FAILS</c> for a name that nobody can look up. What is not in it does not exist.
/// </summary>
public sealed class ZoneResolver : IResolver
{
    private readonly Dictionary<string, List<(string Type, string Data)>> _zone = new(StringComparer.OrdinalIgnoreCase);

    public ZoneResolver(params IEnumerable<string> lines)
    {
        foreach (string line in lines)
            Add(line);
    }

    /// <summary>Each question as <c>TYPE name</c>, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Awaited before each answer.</summary>
    public Func<CancellationToken, Task> Delay { get; set; } = _ => Task.CompletedTask;

    public void Add(string line)
    {
        string[] parts = line.Split(' ', 3);
        if (!_zone.TryGetValue(parts[0], out List<(string, string)>? records))
            _zone.Add(parts[0], records = []);
        records.Add((parts[1], parts.ElementAtOrDefault(2) ?? ""));
    }

    public ValueTask<DnsAnswer<MxRecord>> MxAsync(string domain, CancellationToken ct) => AnswerAsync(domain, "MX", Exchange, ct);

    public ValueTask<DnsAnswer<IPAddress>> Ipv4Async(string host, CancellationToken ct) =>
        AnswerAsync(host, "A", IPAddress.Parse, ct);

    public ValueTask<DnsAnswer<IPAddress>> Ipv6Async(string host, CancellationToken ct) =>
        AnswerAsync(host, "AAAA", IPAddress.Parse, ct);

    public ValueTask<DnsAnswer<string>> TextAsync(string name, CancellationToken ct) =>
        AnswerAsync(name, "TXT", text => text, ct);

    public ValueTask<DnsAnswer<string>> NamesAsync(IPAddress address, CancellationToken ct) =>
        AnswerAsync(address.ToString(), "PTR", text => text, ct);

    private static MxRecord Exchange(string data)
    {
        string[] parts = data.Split(' ');
        return new MxRecord(int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1].TrimEnd('.'));
    }

    private async ValueTask<DnsAnswer<T>> AnswerAsync<T>(string name, string type, Func<string, T> read, CancellationToken ct)
    {
        lock (Asked)
            Asked.Add($"{type} {name}");
        await Delay(ct);
        if (!_zone.TryGetValue(name, out List<(string Type, string Data)>? all))
            return new DnsAnswer<T>.NxDomain();
        if (all.Exists(record => record.Type == "FAILS"))
            return new DnsAnswer<T>.TemporaryFailure("the test says so");
        T[] found = [.. all.Where(record => record.Type == type).Select(record => read(record.Data))];
        return found.Length > 0 ? new DnsAnswer<T>.Found(found) : new DnsAnswer<T>.NoData();
    }
}
