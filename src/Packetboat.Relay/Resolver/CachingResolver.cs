using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Relay.Resolver;

/// <summary>
/// The resolver of the relay: remembers answers for as long as they hold, and asks each question once however many wait for the answer.
/// </summary>
public sealed class CachingResolver : IResolver
{
    /// <summary>Shorter times, zero among them, would ask once for every message of a burst.</summary>
    public static readonly TimeSpan MinTime = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan MaxTime = TimeSpan.FromDays(1);

    /// <summary>For "there is none": a new domain must not stay unknown for hours. RFC 2308 §5.</summary>
    public static readonly TimeSpan MaxNegativeTime = TimeSpan.FromMinutes(5);

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly Lock _lock = new();
    private readonly Dictionary<Question, Kept> _kept = [];
    private readonly Dictionary<Question, Task> _asked = [];
    private readonly IDnsTransport _transport;
    private readonly TimeProvider _time;
    private readonly int _capacity;

    public CachingResolver(ResolverOptions options, TimeProvider time)
        : this(new DnsClientTransport(options), options.CacheSize, time) { }

    internal CachingResolver(IDnsTransport transport, int capacity, TimeProvider time) =>
        (_transport, _capacity, _time) = (transport, capacity, time);

    private enum Kind
    {
        Mx,
        Ipv4,
        Ipv6,
        Text,
        Pointer,
        Tlsa,
        Alias,
    }

    private readonly record struct Question(Kind Kind, string Name);

    private readonly record struct Kept(object Answer, long Until);

    public ValueTask<DnsAnswer<MxRecord>> MxAsync(string domain, CancellationToken ct) =>
        AskAsync(Kind.Mx, domain, _transport.MxAsync, ct);

    public ValueTask<DnsAnswer<IPAddress>> Ipv4Async(string host, CancellationToken ct) =>
        AskAsync(Kind.Ipv4, host, _transport.Ipv4Async, ct);

    public ValueTask<DnsAnswer<IPAddress>> Ipv6Async(string host, CancellationToken ct) =>
        AskAsync(Kind.Ipv6, host, _transport.Ipv6Async, ct);

    public ValueTask<DnsAnswer<string>> TextAsync(string name, CancellationToken ct) =>
        AskAsync(Kind.Text, name, _transport.TextAsync, ct);

    public ValueTask<DnsAnswer<TlsaRecord>> TlsaAsync(string name, CancellationToken ct) =>
        AskAsync(Kind.Tlsa, name, _transport.TlsaAsync, ct);

    public ValueTask<DnsAnswer<string>> AliasAsync(string name, CancellationToken ct) =>
        AskAsync(Kind.Alias, name, _transport.AliasAsync, ct);

    public ValueTask<DnsAnswer<string>> NamesAsync(IPAddress address, CancellationToken ct) =>
        AskAsync(Kind.Pointer, ReverseName(address), _transport.PointersAsync, ct);

    public void Forget(string name)
    {
        name = Plain(name);
        lock (_lock)
            foreach (Kind kind in Enum.GetValues<Kind>())
                _kept.Remove(new Question(kind, name));
    }

    /// <summary>RFC 1035 §3.5, RFC 3596 §2.5.</summary>
    internal static string ReverseName(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();

        var name = new StringBuilder(80);
        bool four = address.AddressFamily is AddressFamily.InterNetwork;
        foreach (byte b in address.GetAddressBytes().Reverse())
        {
            if (four)
                name.Append(CultureInfo.InvariantCulture, $"{b}.");
            else
                name.Append(CultureInfo.InvariantCulture, $"{b & 15:x}.{b >> 4:x}.");
        }

        return name.Append(four ? "in-addr.arpa" : "ip6.arpa").ToString();
    }

    private async ValueTask<DnsAnswer<T>> AskAsync<T>(
        Kind kind,
        string name,
        Func<string, Task<TimedAnswer<T>>> ask,
        CancellationToken ct
    )
    {
        name = Plain(name);
        if (!CanExist(name))
            return new DnsAnswer<T>.NxDomain();

        var question = new Question(kind, name);
        Task<DnsAnswer<T>> asked;
        lock (_lock)
        {
            if (_kept.TryGetValue(question, out Kept kept) && kept.Until > _time.GetTimestamp())
                return (DnsAnswer<T>)kept.Answer;
            asked = Join(question, ask);
        }

        // Only this caller gives up; the others, and the cache, still want the answer.
        return await asked.WaitAsync(ct);
    }

    /// <summary>As names are compared.</summary>
    internal static string Plain(string name) => name.TrimEnd('.').ToLowerInvariant();

    /// <summary>A name that fits no packet: no server need be asked. RFC 1035 §2.3.4.</summary>
    /// <param name="name">Plain.</param>
    internal static bool CanExist(string name) =>
        name.Length is > 0 and <= 253
        && !name.AsSpan().ContainsAnyExcept(NameCharacters)
        && Array.TrueForAll(name.Split('.'), label => label.Length is > 0 and <= 63);

    /// <summary>Called under the lock. The question itself is put outside of it, as a transport may answer at once.</summary>
    private Task<DnsAnswer<T>> Join<T>(Question question, Func<string, Task<TimedAnswer<T>>> ask)
    {
        if (_asked.TryGetValue(question, out Task? running))
            return (Task<DnsAnswer<T>>)running;

        Task<DnsAnswer<T>> asked = Task.Run(() => AskOnceAsync(question, ask));
        _asked.Add(question, asked);
        return asked;
    }

    private async Task<DnsAnswer<T>> AskOnceAsync<T>(Question question, Func<string, Task<TimedAnswer<T>>> ask)
    {
        try
        {
            TimedAnswer<T> timed = await ask(question.Name);
            Keep(question, timed.Answer, TimeFor(timed));
            return timed.Answer;
        }
        finally
        {
            lock (_lock)
                _asked.Remove(question);
        }
    }

    private static TimeSpan TimeFor<T>(TimedAnswer<T> timed)
    {
        TimeSpan longest = timed.Answer switch
        {
            DnsAnswer<T>.Found => MaxTime,
            DnsAnswer<T>.TemporaryFailure => MinTime,
            _ => MaxNegativeTime,
        };
        return TimeSpan.FromTicks(Math.Clamp(timed.TimeToLive.Ticks, MinTime.Ticks, longest.Ticks));
    }

    private void Keep(Question question, object answer, TimeSpan time)
    {
        lock (_lock)
        {
            if (_kept.Count >= _capacity)
                MakeRoom();
            _kept[question] = new Kept(answer, _time.GetTimestamp() + (long)(time.TotalSeconds * _time.TimestampFrequency));
        }
    }

    /// <summary>What has expired goes; where nothing has, the eighth that expires first. Rare enough to look at everything.</summary>
    private void MakeRoom()
    {
        long now = _time.GetTimestamp();
        Question[] first = [.. _kept.OrderBy(kept => kept.Value.Until).Select(kept => kept.Key)];
        int atLeast = Math.Max(1, _capacity / 8);
        for (int i = 0; i < first.Length && (i < atLeast || _kept[first[i]].Until <= now); i++)
            _kept.Remove(first[i]);
    }
}
