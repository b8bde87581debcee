using Packetboat.Protocol;
using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// <c>DeliveryMode=Auto</c>: from what comes of direct attempts it learns what has to go by the relay, and when it need not any more. Each
/// change is stored, logged, and told.
/// </summary>
internal sealed class AutoRouting : IDetour
{
    /// <summary>Hosts of so many owners that do not answer are no accident.</summary>
    public const int Unrelated = 3;

    private const string AlarmKey = "port25";
    private const int MostMoves = 10_000;
    private const int MostDomains = 10_000;
    private const int MaxReason = 600;

    /// <summary>Silence that is older says nothing about now.</summary>
    private static readonly TimeSpan SilenceCounts = TimeSpan.FromHours(1);

    /// <summary>A provider's opinion of an address changes slowly.</summary>
    private static readonly TimeSpan FirstProbe = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestProbe = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestPortProbe = TimeSpan.FromHours(4);

    private readonly IMoveStore _moves;
    private readonly IQueueStore _store;
    private readonly Func<Settings> _settings;
    private readonly MailLog _log;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Host, DateTimeOffset At)> _silent = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<string> _around = new();
    private RoutingState _state;
    private string? _answered;

    public AutoRouting(IMoveStore moves, IQueueStore store, Func<Settings> settings, MailLog log, TimeProvider time)
    {
        (_moves, _store, _settings, _log, _time) = (moves, store, settings, log, time);
        RoutingState none = RoutingState.Empty;
        _state = none with { Moves = none.Moves.AddRange(moves.Moves().Select(move => KeyValuePair.Create(move.What, move))) };
    }

    /// <summary>Something is to leave another way than before. Called from any thread.</summary>
    public event Action? Changed;

    public RoutingState State => Volatile.Read(ref _state);

    /// <summary>Domains whose mail went to the relay lately because nobody answers: their servers are as good to probe as any.</summary>
    public IReadOnlyList<string> Around
    {
        get
        {
            lock (_lock)
                return [.. _around];
        }
    }

    /// <summary>A server of a domain that answered since the last start, if there is one.</summary>
    public string? LastAnswer => Volatile.Read(ref _answered);

    /// <summary>A server of a domain took a connection: port 25 is open.</summary>
    public void Answered(string host)
    {
        Volatile.Write(ref _answered, host);
        lock (_lock)
            _silent.Clear();
        if (State.Everything is null || !Remove(RouteMove.Everything))
            return;
        Tell($"port 25 is open again: {PrintableText.Of(host, 300)} answers. Mail leaves directly");
        _ = SaveAsync(ClearAlarmAsync());
    }

    /// <summary>Nobody took the call.</summary>
    /// <param name="host">The name.</param>
    /// <returns>Whether so many have not answered that the port may be blocked.</returns>
    public bool NoteSilence(string host)
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            if (host == _answered)
                Volatile.Write(ref _answered, null);
            foreach (string old in _silent.Where(one => one.Value.At < now - SilenceCounts).Select(one => one.Key).ToArray())
                _silent.Remove(old);
            if (_silent.Count < Unrelated * 2)
                _silent[KeyOf(host)] = (host, now);
            return _silent.Count >= Unrelated && State.Everything is null;
        }
    }

    /// <summary>Port 25 is blocked: the relay answers, and nobody else does. All mail goes there at once.</summary>
    public void Block()
    {
        DateTimeOffset now = _time.GetUtcNow();
        string text;
        lock (_lock)
        {
            string[] hosts = [.. _silent.Values.Select(one => one.Host).Order(StringComparer.Ordinal)];
            if (hosts.Length < Unrelated || State.Everything is not null)
                return;
            _silent.Clear();
            string why = PrintableText.Of(
                $"port 25 is blocked: {string.Join(", ", hosts)} do not answer, and the relay does",
                MaxReason
            );
            Put(new RouteMove(RouteMove.Everything, why, now, now + _settings().Packetboat.DirectProbe, 0, hosts));
            text = $"{why}. All mail leaves through the relay; the direct way is tried again by itself";
        }

        Tell(text);
        _ = SaveAsync(RaiseAlarmAsync(now, text));
    }

    /// <summary>No mail is to leave directly first any more: whether port 25 is open concerns nobody.</summary>
    public void Unconcerned()
    {
        if (State.Everything is null || !Remove(RouteMove.Everything))
            return;
        Tell("no mail leaves directly first any more, and whether port 25 is blocked does not count");
        _ = SaveAsync(ClearAlarmAsync());
    }

    /// <summary>The probe was in vain.</summary>
    public void StillBlocked()
    {
        lock (_lock)
            if (State.Everything is { } all)
                Put(all.Again(all.Reason, _time.GetUtcNow(), _settings().Packetboat.DirectProbe, LongestPortProbe));
    }

    /// <summary>Files whose server takes a domain's mail, if that is one of those that were moved.</summary>
    public void Learn(string domain, string host)
    {
        lock (_lock)
        {
            string key = KeyOf(host);
            if (State.Moves.ContainsKey(key))
                Put(domain, key);
        }
    }

    public void Delivered(Attempt attempt, RecipientAttempt outcome)
    {
        if (attempt.Tried is Route.Relay { IsDetour: true })
            NoteAround(outcome.Recipient.Address.AsciiDomain);
        if (attempt.Tried is not Route.Direct || State.Moves.IsEmpty)
            return;
        // What was under way when the refusal came says nothing about it.
        string key = KeyOf(attempt.Host);
        if (State.Moves.TryGetValue(key, out RouteMove? move) && move.Probe <= _time.GetUtcNow() && Remove(key))
            Tell($"{key} takes mail from here again. Mail for it leaves directly");
    }

    public string? After(Attempt attempt, RecipientAttempt outcome, Cause cause)
    {
        bool isRefused = outcome.Verdict is SmtpVerdict.Temporary or SmtpVerdict.Permanent;
        if (!isRefused || attempt.Tried is not Route.Direct { MayMove: true } direct)
            return null;
        bool isUs = cause.Class is FailureClass.AddressReputation or FailureClass.NoPtr or FailureClass.AuthenticationMissing;
        if (!isUs || !outcome.FromPeer || attempt.IsForgeable || attempt.Host.Length == 0)
            return null;
        string why = PrintableText.Of($"{attempt.Host} refuses us ({cause.Class.Word()}): {outcome.Reply}", MaxReason);
        MoveProvider(KeyOf(attempt.Host), direct.Domain, why);
        // It may have been taken before, without our hearing it: what it says of us is believed, but this mail stays where it is.
        return outcome.Recipient.Binding != Binding.None ? null : $"refused because of us ({cause.Class.Word()})";
    }

    /// <summary>A provider has had its share of today of an address that is new to it: the rest of the day goes around.</summary>
    /// <param name="host">Of the provider.</param>
    /// <param name="domain">Whose mail it takes.</param>
    /// <param name="why">In words.</param>
    /// <param name="until">When the next day begins.</param>
    public void Overflow(string host, string domain, string why, DateTimeOffset until)
    {
        DateTimeOffset now = _time.GetUtcNow();
        string key = KeyOf(host);
        string reason = PrintableText.Of(why, MaxReason);
        lock (_lock)
        {
            RouteMove? known = State.Moves.GetValueOrDefault(key);
            bool isNews = known is null || known.Probe <= now;
            // What it thought of us before is not forgotten for that.
            if (isNews)
                Put(new RouteMove(key, reason, now, until, known?.Probes ?? 0, []));
            Put(domain, key);
            if (!isNews)
                return;
        }

        Tell($"mail for {key} leaves through the relay until {until:u}: {reason}");
    }

    private void MoveProvider(string key, string domain, string why)
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            RouteMove? known = State.Moves.GetValueOrDefault(key);
            // Several connections are refused together: that is one probe.
            bool isNews = known is null || known.Probe <= now;
            if (isNews)
                Put(known?.Again(why, now, FirstProbe, LongestProbe) ?? new RouteMove(key, why, now, now + FirstProbe, 0, []));
            Put(domain, key);
            if (!isNews)
                return;
        }

        Tell($"mail for {key} leaves through the relay: {why}");
    }

    private async Task RaiseAlarmAsync(DateTimeOffset now, string text)
    {
        await _store.RaiseAlarmAsync(new Alarm(AlarmKey, now, text, AlarmCatalogue.Port25Blocked.Id), CancellationToken.None);
        _log.AlarmRaised(AlarmKey, text);
    }

    private async Task ClearAlarmAsync()
    {
        await _store.ClearAlarmAsync(AlarmKey, CancellationToken.None);
        _log.AlarmCleared(AlarmKey);
    }

    private void NoteAround(string domain)
    {
        if (State.Everything is null)
            return;
        lock (_lock)
        {
            if (_around.Contains(domain))
                return;
            while (_around.Count >= Unrelated)
                _around.Dequeue();
            _around.Enqueue(domain);
        }
    }

    /// <summary>Who runs a host: a provider of the table, else whoever owns the organization's domain.</summary>
    private string KeyOf(string host)
    {
        if (_settings().Replies.ProviderOf(host) is { } provider)
            return provider.Name;
        int end = host.IndexOf(' ', StringComparison.Ordinal);
        return PublicSuffixList.Embedded.OrganizationalDomain(end < 0 ? host : host[..end]);
    }

    /// <summary>Under the lock.</summary>
    private void Put(RouteMove move)
    {
        RoutingState state = State;
        if (state.Moves.Count >= MostMoves && !state.Moves.ContainsKey(move.What))
            return;
        // Whose mail the provider takes may have changed since it was filed.
        string[] domains = [.. state.Providers.Where(pair => pair.Value == move.What).Select(pair => pair.Key)];
        Volatile.Write(ref _state, new RoutingState(state.Moves.SetItem(move.What, move), state.Providers.RemoveRange(domains)));
        _ = SaveAsync(_moves.SaveMoveAsync(move));
    }

    /// <summary>Under the lock.</summary>
    private void Put(string domain, string provider)
    {
        RoutingState state = State;
        if (state.Providers.GetValueOrDefault(domain) == provider)
            return;
        var kept = state.Providers.Count < MostDomains ? state.Providers : state.Providers.Clear();
        Volatile.Write(ref _state, state with { Providers = kept.SetItem(domain, provider) });
    }

    private bool Remove(string what)
    {
        lock (_lock)
        {
            RoutingState state = State;
            if (!state.Moves.ContainsKey(what))
                return false;
            Volatile.Write(ref _state, state with { Moves = state.Moves.Remove(what) });
            _ = SaveAsync(_moves.RemoveMoveAsync(what));
            return true;
        }
    }

    private void Tell(string text)
    {
        _log.RouteMoved(text);
        Changed?.Invoke();
    }

    /// <summary>Not waited for: what a crash loses of it is found out again.</summary>
    private async Task SaveAsync(Task written)
    {
        try
        {
            await written;
        }
        catch (Exception fault) when (fault is StoreUnavailableException or OperationCanceledException or ObjectDisposedException)
        {
            _log.ServiceFault(nameof(AutoRouting), fault);
        }
    }
}
