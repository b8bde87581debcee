using Packetboat.Protocol;
using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// <c>DeliveryMode=Auto</c>: from what comes of direct attempts it learns what has to go by the relay, and when it need not any more. Each
/// change is stored, logged, and told.
/// </summary>
internal sealed class AutoRouting : IDetour
{
    /// <summary>Hosts of so many owners that cannot be reached are no accident.</summary>
    public const int Unrelated = 3;

    private const string AlarmKey = "port25";
    private const int MostMoves = 10_000;
    private const int MostDomains = 10_000;
    private const int MaxReason = 600;
    private const int MaxChange = 1000;
    private const int MostChanges = 20;

    /// <summary>Without a relay to go to, so long between two looks whether a server that has answered still does.</summary>
    private static readonly TimeSpan BetweenDoubts = TimeSpan.FromMinutes(10);

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
    private readonly Queue<RouteChange> _changes; // the newest last; under the lock
    private RoutingState _state;
    private string? _answered;
    private RouteMove? _suspicion; // that port 25 is blocked, with no relay to go to; under the lock
    private DateTimeOffset _doubted;
    private Task _shown = Task.CompletedTask; // the alarm as it is; under the lock

    public AutoRouting(IMoveStore moves, IQueueStore store, Func<Settings> settings, MailLog log, TimeProvider time)
    {
        (_moves, _store, _settings, _log, _time) = (moves, store, settings, log, time);
        _changes = new Queue<RouteChange>(moves.RouteChanges(MostChanges).Reverse());
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

    /// <summary>What has lately changed, the newest first.</summary>
    public IReadOnlyList<RouteChange> Changes
    {
        get
        {
            lock (_lock)
                return [.. _changes.Reverse()];
        }
    }

    /// <summary>A server of a domain that answered since the last start, if there is one.</summary>
    public string? LastAnswer => Volatile.Read(ref _answered);

    /// <summary>Nobody can be reached directly, and there is no relay to go to; null: it is not so.</summary>
    public RouteMove? Suspicion
    {
        get
        {
            lock (_lock)
                return _suspicion;
        }
    }

    /// <summary>What a crash has left between a move and its alarm is put right, and what was suspected before is again.</summary>
    public async Task TakeUpAsync(CancellationToken ct)
    {
        Alarm? left = (await _store.AlarmsAsync(ct)).FirstOrDefault(alarm => alarm.Key == AlarmKey);
        if (left is not null)
            lock (_lock)
                // Whoever has answered meanwhile has ended it.
                if (State.Everything is null && LastAnswer is null && _suspicion is null)
                    _suspicion = new RouteMove(RouteMove.Everything, left.Text, left.Raised, _time.GetUtcNow(), 0, []);
        await ShowAsync();
    }

    /// <summary>A server of a domain took a connection: port 25 is open.</summary>
    public void Answered(string host)
    {
        bool wasSuspected;
        lock (_lock)
        {
            Volatile.Write(ref _answered, host);
            _silent.Clear();
            wasSuspected = _suspicion is not null;
            _suspicion = null;
        }

        if (State.Everything is not null && Remove(RouteMove.Everything))
            Tell($"port 25 is open again: {PrintableText.Of(host, 300)} answers. Mail leaves directly");
        else if (wasSuspected)
            Changed?.Invoke();
        else
            return;
        _ = SaveAsync(ShowAsync());
    }

    /// <summary>No connection to a server came about.</summary>
    /// <param name="host">The name.</param>
    /// <param name="hasAlternative">Mail for it may go to a relay.</param>
    /// <returns>Whether there are so many that the port may be blocked, and that is to be looked into.</returns>
    public bool NoteSilence(string host, bool hasAlternative)
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
            if (_silent.Count < Unrelated || State.Everything is not null)
                return false;
            if (hasAlternative)
                return true;
            // A clock that was set back delays nothing.
            bool isTime = _suspicion is null && (now - _doubted).Duration() >= BetweenDoubts;
            if (isTime)
                _doubted = now;
            return isTime;
        }
    }

    /// <summary>Nobody answers, and there is no relay: the operator must hear of it, and nothing else can be done.</summary>
    public void Suspect()
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            string[] hosts = Silent();
            if (hosts.Length < Unrelated || _suspicion is not null || State.Everything is not null)
                return;
            string text = PrintableText.Of(
                $"port 25 seems to be blocked, or the network is down: {string.Join(", ", hosts)} cannot be reached, and nobody else answers. Say: packetboat doctor",
                MaxReason
            );
            _suspicion = new RouteMove(RouteMove.Everything, text, now, now + _settings().Packetboat.DirectProbe, 0, hosts);
        }

        Changed?.Invoke();
        _ = SaveAsync(ShowAsync());
    }

    /// <summary>Port 25 is blocked: the relay answers, and nobody else does. All mail goes there at once.</summary>
    public void Block()
    {
        DateTimeOffset now = _time.GetUtcNow();
        string why;
        lock (_lock)
        {
            string[] hosts = Silent();
            if (hosts.Length < Unrelated || State.Everything is not null)
                return;
            _silent.Clear();
            _suspicion = null;
            why = PrintableText.Of(
                $"port 25 is blocked: {string.Join(", ", hosts)} cannot be reached, and the relay can",
                MaxReason
            );
            Put(new RouteMove(RouteMove.Everything, why, now, now + _settings().Packetboat.DirectProbe, 0, hosts));
        }

        Tell(Words(why));
        _ = SaveAsync(ShowAsync());
    }

    /// <summary>There is no relay any more that mail goes to where it cannot leave directly.</summary>
    /// <param name="leavesDirectly">Some still leaves directly: whether port 25 is open concerns the operator.</param>
    public void Unconcerned(bool leavesDirectly)
    {
        bool wasSuspected;
        lock (_lock)
        {
            wasSuspected = _suspicion is not null && !leavesDirectly;
            _suspicion = leavesDirectly ? _suspicion : null;
        }

        if (State.Everything is not null && Remove(RouteMove.Everything))
            Tell("no mail leaves directly first any more, and whether port 25 is blocked does not count");
        else if (!wasSuspected)
            return;
        _ = SaveAsync(ShowAsync());
    }

    /// <summary>The probe was in vain.</summary>
    public void StillBlocked()
    {
        RouteMove again(RouteMove move) =>
            move.Again(move.Reason, _time.GetUtcNow(), _settings().Packetboat.DirectProbe, LongestPortProbe);
        lock (_lock)
        {
            _suspicion = _suspicion is null ? null : again(_suspicion);
            if (State.Everything is { } all)
                Put(again(all));
        }
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
        bool isUs =
            cause.Class
            is FailureClass.AddressReputation
                or FailureClass.NoPtr
                or FailureClass.AuthenticationMissing
                // "Send by your provider's server": its word for an address from which no mail should come.
                or FailureClass.Port25Blocked;
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

    private static string Words(string why) =>
        $"{why}. All mail leaves through the relay; the direct way is tried again by itself";

    /// <summary>Under the lock.</summary>
    private string[] Silent() => [.. _silent.Values.Select(one => one.Host).Order(StringComparer.Ordinal)];

    /// <summary>Brings the alarm to what is so now, one at a time: what is written last is what was so last.</summary>
    private Task ShowAsync()
    {
        lock (_lock)
            return _shown = ShowAsync(after: _shown);
    }

    private async Task ShowAsync(Task after)
    {
        await after.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        RouteMove? wrong;
        AlarmKind kind;
        string text;
        lock (_lock)
        {
            wrong = State.Everything ?? _suspicion;
            kind = State.Everything is null ? AlarmCatalogue.Port25Blocked : AlarmCatalogue.Port25Detour;
            text = State.Everything is { } all ? Words(all.Reason) : _suspicion?.Reason ?? "";
        }

        bool isRaised = (await _store.AlarmsAsync(CancellationToken.None)).Any(alarm => alarm.Key == AlarmKey);
        if (wrong is null)
        {
            if (!isRaised)
                return;
            await _store.ClearAlarmAsync(AlarmKey, CancellationToken.None);
            _log.AlarmCleared(AlarmKey);
            return;
        }

        var alarm = new Alarm(AlarmKey, wrong.Since, text, kind.Id);
        await _store.RaiseAlarmAsync(alarm, CancellationToken.None);
        if (!isRaised)
            _log.AlarmRaised(AlarmKey, text);
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

    private void Tell(string words)
    {
        string text = PrintableText.Of(words, MaxChange);
        _log.RouteMoved(text);
        var change = new RouteChange(_time.GetUtcNow(), text);
        lock (_lock)
        {
            _changes.Enqueue(change);
            if (_changes.Count > MostChanges)
                _changes.Dequeue();
            _ = SaveAsync(_moves.NoteRouteChangeAsync(change, MostChanges));
        }

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
