using System.Net;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Testing;

/// <summary>
/// The DNS as lines of text: <c>name TYPE data</c> with A, AAAA, CNAME, MX (preference and host), TXT, TLSA, PTR (the name is the address),
/// <c>name FAILS</c> for a name that nobody can look up (<c>name FAILS TYPE</c>: no records of a type), and <c>name SIGNED</c> for one whose records are authentic. What is not in it does
/// not exist.
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

    /// <summary>All records of a name.</summary>
    public void Remove(string name) => _zone.Remove(name);

    public void Forget(string name)
    {
        // Nothing is remembered.
    }

    public ValueTask<DnsAnswer<MxRecord>> MxAsync(string domain, CancellationToken ct) => AnswerAsync(domain, "MX", Exchange, ct);

    public ValueTask<DnsAnswer<IPAddress>> Ipv4Async(string host, CancellationToken ct) =>
        AnswerAsync(host, "A", IPAddress.Parse, ct);

    public ValueTask<DnsAnswer<IPAddress>> Ipv6Async(string host, CancellationToken ct) =>
        AnswerAsync(host, "AAAA", IPAddress.Parse, ct);

    public ValueTask<DnsAnswer<string>> TextAsync(string name, CancellationToken ct) =>
        AnswerAsync(name, "TXT", text => text, ct);

    public ValueTask<DnsAnswer<TlsaRecord>> TlsaAsync(string name, CancellationToken ct) => AnswerAsync(name, "TLSA", Tlsa, ct);

    public ValueTask<DnsAnswer<string>> AliasAsync(string name, CancellationToken ct) =>
        AnswerAsync(name, "CNAME", text => text, ct);

    public ValueTask<DnsAnswer<string>> NamesAsync(IPAddress address, CancellationToken ct) =>
        AnswerAsync(address.ToString(), "PTR", text => text, ct);

    private static TlsaRecord Tlsa(string data)
    {
        string[] parts = data.Split(' ', 4);
        byte number(int i) => byte.Parse(parts[i], System.Globalization.CultureInfo.InvariantCulture);
        return new TlsaRecord(number(0), number(1), number(2), Convert.FromHexString(parts[3]));
    }

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
        if (all.Exists(record => record.Type == "FAILS" && (record.Data.Length == 0 || record.Data == type)))
            return new DnsAnswer<T>.TemporaryFailure("the test says so");
        if (type != "CNAME" && all.Find(record => record.Type == "CNAME").Data is { Length: > 0 } alias)
            return await AnswerAsync(alias, type, read, ct) switch
            {
                DnsAnswer<T>.Found end => new DnsAnswer<T>.Found(
                    end.Records,
                    end.IsAuthentic && all.Exists(record => record.Type == "SIGNED"),
                    end.CanonicalName.Length > 0 ? end.CanonicalName : alias
                ),
                var other => other,
            };
        T[] found = [.. all.Where(record => record.Type == type).Select(record => read(record.Data))];
        return found.Length > 0
            ? new DnsAnswer<T>.Found(found, all.Exists(record => record.Type == "SIGNED"))
            : new DnsAnswer<T>.NoData();
    }
}
