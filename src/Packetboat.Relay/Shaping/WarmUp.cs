using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Shaping;

/// <summary>
/// Counts what our addresses send to each provider, and while one is new to it holds back what is more than the day's share: providers take
/// a flood from an address that they have never heard of for that of a broken-into machine. Counted is always, so that an address that has
/// long been sending is not new on the day that a relay is added.
/// </summary>
internal sealed class WarmUp(
    IWarmUpStore store,
    Shaper shaper,
    Func<Settings> settings,
    MailLog log,
    TimeProvider time,
    AutoRouting? auto = null
)
{
    /// <summary>Kept in memory; the store has the others.</summary>
    private const int MostTracks = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Address, string Provider), Track> _tracks = [];

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    private DateTimeOffset Midnight => new(Today.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);

    /// <param name="route">By which way.</param>
    /// <param name="host">That is to be called, a name.</param>
    /// <param name="from">Our address; null: nobody knows, so that nothing can be counted.</param>
    /// <returns>Null: nothing is counted.</returns>
    public WarmUpRamp? For(Route.Direct route, string host, IPAddress? from)
    {
        if (settings().Packetboat.WarmUp == WarmUpMode.Never || from is null)
            return null;
        (string key, string name, WarmUpPlan plan) = Provider(host);
        return new WarmUpRamp(this, route, host, AddressOf(from), key, name, plan);
    }

    /// <summary>The share of the day is used up.</summary>
    /// <param name="ramp">Who sends.</param>
    /// <param name="wanted">0: before a call, where any more will do.</param>
    /// <returns>Null: it is not, and so many more are taken for sent.</returns>
    public Turn.Later? Take(WarmUpRamp ramp, int wanted)
    {
        WarmUpDay day;
        int? allowance;
        bool isFirst;
        lock (_lock)
        {
            Track track = TrackOf(ramp.Address, ramp.Provider);
            day = track.Day = track.Day.On(Today);
            allowance = Bounds(ramp.Route) ? ramp.Plan.AllowanceOf(day.Day) : null;
            // A message with more recipients than a day's share would else wait for a day that has more.
            if (allowance is null || day.Used + Math.Max(1, wanted) <= allowance || (day.Used == 0 && wanted > 0))
            {
                Add(track, wanted);
                return null;
            }

            isFirst = track.Told != day.Date;
            track.Told = day.Date;
        }

        string why =
            $"{ramp.Name} is sent mail for {allowance} recipients on day {day.Day} from {day.Address}, which is new to it";
        if (ramp.Route.MayMove)
            auto?.Overflow(ramp.Host, ramp.Route.Domain, why, Midnight);
        else if (isFirst)
            log.RouteMoved($"mail for {PrintableText.Of(ramp.Name, 300)} waits until {Midnight:u}: {PrintableText.Of(why, 600)}");
        return new Turn.Later(Midnight, why);
    }

    /// <summary>They were not taken after all.</summary>
    public void Return(WarmUpRamp ramp, int messages)
    {
        if (messages == 0)
            return;
        lock (_lock)
            Add(TrackOf(ramp.Address, ramp.Provider), -messages);
    }

    /// <summary>What is known, the most recent first.</summary>
    public IReadOnlyList<(WarmUpDay Day, string Name, int? Allowance)> List(int limit)
    {
        lock (_lock)
        {
            Dictionary<(string, string), WarmUpDay> latest = store
                .ListWarmUps(limit)
                .ToDictionary(day => (day.Address, day.Provider));
            foreach ((var key, Track track) in _tracks)
                if (track.Day.Used > 0 || latest.ContainsKey(key))
                    latest[key] = track.Day;
            ReplyTable table = settings().Replies;
            return
            [
                .. latest
                    .Values.OrderByDescending(day => day.Date)
                    .ThenBy(day => day.Address, StringComparer.Ordinal)
                    .ThenBy(day => day.Provider, StringComparer.Ordinal)
                    .Take(limit)
                    .Select(day => day.On(Today))
                    .Select(day => (day, NameOf(table, day.Provider), PlanOf(table, day.Provider).AllowanceOf(day.Day))),
            ];
        }
    }

    /// <summary>What the share of the day is for who has yet to send, in words; empty: there is none.</summary>
    /// <param name="host">Whose server.</param>
    /// <param name="route">By which way.</param>
    public IReadOnlyList<string> Describe(string host, Route.Direct route)
    {
        if (settings().Packetboat.WarmUp == WarmUpMode.Never || !Bounds(route))
            return [];
        (string key, string name, WarmUpPlan plan) = Provider(host);
        string then = route.Alternative is { } relay ? relay.Name : $"it waits until {Midnight:u}";
        WarmUpDay[] known = [.. List(IWarmUpStore.MaxPairs).Select(row => row.Day).Where(day => day.Provider == key)];
        if (known.Length == 0)
            known = [new WarmUpDay("an address that is new to it", key, 1, Today, 0)];
        return
        [
            .. known
                .Where(day => plan.AllowanceOf(day.Day) is not null)
                .Select(day =>
                    $"{then}, once {name} has had mail for the {plan.AllowanceOf(day.Day)} recipients of day {day.Day} from {day.Address}: it has had {day.Used} today"
                ),
        ];
    }

    /// <returns>Whether anything was known of the address.</returns>
    public async Task<bool> ForgetAsync(string address, CancellationToken ct)
    {
        string key = IPAddress.TryParse(address, out IPAddress? parsed) ? AddressOf(parsed) : address;
        bool isKnown = false;
        lock (_lock)
            foreach (Track track in _tracks.Where(pair => pair.Key.Address == key).Select(pair => pair.Value))
            {
                isKnown |= track.Day.Used > 0 || track.Day.Day > 1;
                track.Day = track.Day with { Day = 1, Date = Today, Used = 0 };
            }

        return await store.ForgetWarmUpsAsync(key, ct) || isKnown;
    }

    /// <summary>Receivers judge an IPv6 address by its /64: all of it is one owner's, and he may change it as often as he likes.</summary>
    internal static string AddressOf(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
            return plain.ToString();
        byte[] bytes = plain.GetAddressBytes();
        Array.Clear(bytes, 8, 8);
        return $"{new IPAddress(bytes)}/64";
    }

    private bool Bounds(Route.Direct route) => route.MayMove || settings().Packetboat.WarmUp == WarmUpMode.Always;

    private (string Key, string Name, WarmUpPlan Plan) Provider(string host)
    {
        (string key, string name, ProviderShape shape) = shaper.Of(host);
        return (key, name, shape.WarmUp ?? settings().Replies.UsualWarmUp);
    }

    private static string NameOf(ReplyTable table, string key) =>
        table.Providers.FirstOrDefault(provider => provider.Id == key)?.Name ?? key.TrimStart('.');

    private static WarmUpPlan PlanOf(ReplyTable table, string key) =>
        table.Providers.FirstOrDefault(provider => provider.Id == key)?.Shape?.WarmUp ?? table.UsualWarmUp;

    /// <summary>Under the lock, as below.</summary>
    private Track TrackOf(string address, string provider)
    {
        if (_tracks.TryGetValue((address, provider), out Track? known))
            return known;
        if (_tracks.Count >= MostTracks)
            foreach (
                var key in _tracks.Where(pair => !pair.Value.IsOwed).Select(pair => pair.Key).Take(MostTracks / 10).ToArray()
            )
                _tracks.Remove(key);
        return _tracks[(address, provider)] = new Track(
            store.FindWarmUp(address, provider) ?? new WarmUpDay(address, provider, 1, Today, 0)
        );
    }

    private void Add(Track track, int messages)
    {
        if (messages == 0)
            return;
        track.Day = track.Day with { Used = Math.Max(0, track.Day.Used + messages) };
        if (track.IsOwed)
            return;
        track.IsOwed = true;
        _ = KeepAsync(track);
    }

    /// <summary>One order at a time, of which the writer asks for the latest: as many rows are written as there are transactions anyway.</summary>
    private async Task KeepAsync(Track track)
    {
        try
        {
            await store.KeepWarmUpAsync(() =>
            {
                lock (_lock)
                {
                    track.IsOwed = false;
                    return track.Day;
                }
            });
        }
        catch (Exception fault)
            when (fault is Queue.StoreUnavailableException or OperationCanceledException or ObjectDisposedException)
        {
            lock (_lock)
                track.IsOwed = false;
            log.ServiceFault(nameof(WarmUp), fault);
        }
    }

    private sealed class Track(WarmUpDay day)
    {
        public WarmUpDay Day { get; set; } = day;

        /// <summary>An order to write it waits for its turn.</summary>
        public bool IsOwed { get; set; }

        /// <summary>The day on which somebody was told that its share is used up.</summary>
        public DateOnly Told { get; set; }
    }
}
