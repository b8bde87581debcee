using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Queue;

/// <summary>
/// The SendMail service: decides what is tried when. One loop owns time; it reads from the store what is due and was not handed over in
/// memory. New mail goes straight to its lane when it is accepted. Workers are in <c>DeliveryScheduler.Workers.cs</c>.
/// </summary>
public sealed partial class DeliveryScheduler : BackgroundService, IScheduler
{
    /// <summary>Rows read from the store at once.</summary>
    internal const int Portion = 500;

    /// <summary>Routes that are looked at in one step of a survey.</summary>
    private const int SurveyStep = 256;

    /// <summary>
    /// What a route that has not been seen to work may have in memory: of mail from the store, and of new mail. Dead hosts are many, each
    /// holds its places until its connections have timed out, and what has been read for it is put back then.
    /// </summary>
    private const int UnprovenStored = 1;
    private const int UnprovenFresh = 64;

    /// <summary>
    /// Routes of unknown health that may be tried at the same time, with mail from the store and with new mail: each has sockets that wait.
    /// New mail finds places while the dead hold all of the others.
    /// </summary>
    private const int MaxUnproven = 256;
    private const int MaxUnprovenFresh = 1024;

    /// <summary>In front of a route's name, in the key of its alarm.</summary>
    private const string RouteKey = "route:";

    // Much shorter than any retention that a busy relay has: else what is over piles up for the pause, three million rows at 2 000 a second.
    private static readonly TimeSpan ForgetPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    /// <summary>After a round of several steps, for each: some times what a step takes.</summary>
    private static readonly TimeSpan RestForStep = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);

    /// <summary>
    /// After so many routes of unknown health a survey rests: trying a dead host costs as much as delivering some messages, and those who
    /// send now are not to notice that thousands are dead.
    /// </summary>
    private const int TriesInSurvey = 16;
    private static readonly TimeSpan RestAfterTries = TimeSpan.FromMilliseconds(200);

    private readonly IQueueStore _store;
    private readonly IRouter _router;
    private readonly Settlement _settlement;
    private readonly Func<Route, Courier> _newCourier;
    private readonly Func<SchedulerSettings> _settings;
    private readonly IStopList? _stops;
    private readonly MailLog _log;
    private readonly TimeProvider _time;

    private readonly Lock _lock = new();
    private readonly LaneTable _lanes = new();
    private readonly Channel<bool> _kick = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly HashSet<Lane> _unproven = []; // with something in hand
    private int _inHand;
    private long _contentBytes;
    private string _surveyed = ""; // the route that the survey has come to
    private int _surveySteps; // in this round
    private int _tries; // of routes of unknown health
    private DateTimeOffset _triesBegun; // counted since then
    private DateTimeOffset _roundBegun;
    private bool _foundMore; // in this round: a route that gave all that was asked for, and could give more
    private DateTimeOffset _surveyedUntil; // what had come due by then was seen
    private DateTimeOffset _nextSurvey;
    private bool _owesSurvey; // one was wanted while it had to wait
    private DateTimeOffset? _soonest; // a time that the store may not know of yet
    private readonly Dictionary<string, string> _left = new(StringComparer.Ordinal); // alarms of an earlier run, by route
    private DateTimeOffset _leftUntil;

    internal DeliveryScheduler(
        IQueueStore store,
        IRouter router,
        Func<Route, Courier> newCourier,
        Func<IScheduler, Settlement> settlement,
        Func<SchedulerSettings> settings,
        MailLog log,
        TimeProvider time,
        IStopList? stops = null
    )
    {
        (_store, _router, _newCourier, _settings, _log, _time) = (store, router, newCourier, settings, log, time);
        _stops = stops;
        _settlement = settlement(this);
        // New mail may be tried, and its route closed, before the first look.
        _lastLook = (time.GetUtcNow(), time.GetTimestamp());
        _abortWorkers = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    /// <summary>Routes that are closed or parked, with the reason.</summary>
    public IReadOnlyList<RouteTrouble> Troubles()
    {
        lock (_lock)
            return
            [
                .. _lanes
                    .All.Where(lane => !lane.IsOpen)
                    .Select(lane => new RouteTrouble(
                        lane.Name,
                        lane.Trouble,
                        lane.IsParked,
                        lane.ClosedUntil,
                        lane.Cause.Class.Word(),
                        lane.Cause.Explanation,
                        lane.Cause.Remedy
                    )),
            ];
    }

    internal int LaneCount
    {
        get
        {
            lock (_lock)
                return _lanes.Count;
        }
    }

    public IReservation Reserve(QueuedMessage message, IReadOnlyList<QueuedRecipient> recipients, ReadOnlyMemory<byte>? content)
    {
        DateTimeOffset now = _time.GetUtcNow();
        SchedulerSettings settings = _settings();
        var reservation = new Reservation(this, message);
        foreach (IGrouping<string, (QueuedRecipient To, Route Route)> group in ByRoute(message, recipients))
        {
            Route route = group.First().Route;
            QueuedRecipient[] to = [.. group.Select(pair => pair.To)];
            lock (_lock)
            {
                Lane lane = LaneOf(route);
                bool isClaimed =
                    settings.IsSending
                    && _inHand < settings.MemoryMessages
                    // Behind what waits in the store, not past it.
                    && !lane.HasStored
                    && MayBegin(lane, MaxUnprovenFresh)
                    && lane.Room(now, settings.MemoryOf(route), UnprovenFresh) > 0;
                if (isClaimed)
                    Take(lane);
                else
                    // A survey finds it anyway.
                    lane.HasStored |= lane.IsOpen && !_lanes.IsFull;
                reservation.Add(lane, to, isClaimed, DueOf(lane, isClaimed, now, settings), Kept(content));
                RemoveIfIdle(lane);
            }
        }

        return reservation;
    }

    public IReservation Hold(QueuedMessage message, IReadOnlyList<QueuedRecipient> recipients, StoppedMail stopped) =>
        new HeldReservation([
            .. recipients.Select(to => new NewRecipient(
                to,
                _router.RouteOf(message, to.Address).Name,
                RecipientState.Held,
                stopped.Until,
                stopped
            )),
        ]);

    public void Wake()
    {
        lock (_lock)
        {
            foreach (Lane lane in _lanes.All)
                lane.ProbeNow(_time.GetUtcNow());
        }

        Kick();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ResumeAsync(stoppingToken);
        DateTimeOffset forgetAt = _time.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan sleep = AfterFault;
            _kick.Reader.TryRead(out _);
            try
            {
                DateTimeOffset looked = await MindTheClockAsync(stoppingToken);
                await TendAsync(stoppingToken);
                bool isMore = _settings().IsSending && await RefillAsync(stoppingToken);
                forgetAt = await ForgetAsync(forgetAt, stoppingToken);
                sleep = isMore ? TimeSpan.Zero : await SleepAsync(looked, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception fault)
            {
                _log.SchedulerFault(fault);
            }

            await WaitAsync(sleep, stoppingToken);
        }

        await WorkersEndAsync();
    }

    /// <summary>Takes up what an earlier run left. Until the store has done so nothing is read from it; new mail is sent meanwhile.</summary>
    private async Task ResumeAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                _log.Swept(await _store.SweepAsync(_time.GetUtcNow(), stopping));
                await TakeUpTroublesAsync(stopping);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                _log.SchedulerFault(fault);
            }

            await WaitAsync(AfterFault, stopping);
        }
    }

    /// <summary>
    /// What troubled the last run may have been mended while nobody ran: it is found out again with the first message. Until then its alarm
    /// stands: a restart is no news to those who were told of it.
    /// </summary>
    private async Task TakeUpTroublesAsync(CancellationToken stopping)
    {
        _leftUntil = _time.GetUtcNow() + _settings().Limits.Longest;
        foreach (Alarm alarm in await _store.AlarmsAsync(stopping))
        {
            if (!alarm.Key.StartsWith(RouteKey, StringComparison.Ordinal))
                continue;
            string route = alarm.Key[RouteKey.Length..];
            await _store.WakeRouteAsync(route, _time.GetUtcNow(), stopping);
            lock (_lock)
            {
                if (_lanes.TryGet(route, out Lane? lane))
                    TakeUp(lane, alarm.Text);
                else
                    _left[route] = alarm.Text;
            }
        }
    }

    /// <summary>The first success clears it, the first failure says what is wrong now. Under the lock.</summary>
    private static void TakeUp(Lane lane, string text)
    {
        if (lane.IsProven)
            (lane.Alarm, lane.StoredAlarm) = (null, text);
        else if (lane.IsOpen)
            (lane.Alarm, lane.StoredAlarm) = (text, text);
        else
            lane.StoredAlarm = text;
    }

    /// <summary>Nothing was sent there in all that time: whatever it was, it troubles nobody any more.</summary>
    private async Task LeaveTroublesAsync(CancellationToken stopping)
    {
        string[] over;
        lock (_lock)
        {
            if (_left.Count == 0 || _time.GetUtcNow() < _leftUntil)
                return;
            over = [.. _left.Keys];
        }

        foreach (string route in over)
        {
            await _store.ClearAlarmAsync(RouteKey + route, stopping);
            lock (_lock)
                _left.Remove(route);
            _log.AlarmCleared(RouteKey + route);
        }
    }

    /// <summary>Tells the store what has changed about the routes, and drops those that nothing is known or asked of any more.</summary>
    private async Task TendAsync(CancellationToken stopping)
    {
        await LeaveTroublesAsync(stopping);
        foreach (Lane lane in LanesWithNews())
        {
            await FileAlarmAsync(lane, stopping);
            await WakeMailAsync(lane, stopping);
            lock (_lock)
                RemoveIfIdle(lane);
        }
    }

    private List<Lane> LanesWithNews()
    {
        DateTimeOffset forgotten = _time.GetUtcNow() - _settings().Limits.Longest;
        lock (_lock)
        {
            // Whatever waited for a closed route has come due by then: nobody probes it because nothing is left to send there.
            foreach (Lane lane in _lanes.ClosedUntil(forgotten))
            {
                if (lane is { InHand: 0, Workers: 0 })
                    lane.Open(1);
            }

            return [.. _lanes.WithNews];
        }
    }

    private async Task WakeMailAsync(Lane lane, CancellationToken stopping)
    {
        lock (_lock)
        {
            if (!lane.WakesMail)
                return;
            lane.WakesMail = false;
        }

        try
        {
            await _store.WakeRouteAsync(lane.Name, _time.GetUtcNow(), stopping);
        }
        catch
        {
            lock (_lock)
                lane.WakesMail = true;
            throw;
        }
    }

    /// <summary>
    /// Reads what is due and hands over what there is room for: first for routes that are known to have more, then, in a survey that goes
    /// round all routes that anything waits for, a step at a time. However much waits for dead hosts, the others are found as fast.
    /// </summary>
    /// <returns>Whether there may be more at once.</returns>
    private async Task<bool> RefillAsync(CancellationToken stopping)
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            if (_soonest <= now)
                _soonest = null;
        }

        bool isMore = false;
        foreach (string route in RoutesWithMore(now))
            isMore |= await RefillAsync(route, now, stopping);
        return await SurveyAsync(now, stopping) || isMore;
    }

    private List<string> RoutesWithMore(DateTimeOffset now)
    {
        SchedulerSettings settings = _settings();
        lock (_lock)
            return _inHand >= settings.StoredMessages
                ? []
                :
                [
                    .. _lanes
                        .WithMore.Where(lane => lane.Room(now, settings.MemoryOf(lane.Route), UnprovenStored) > 0)
                        .Select(lane => lane.Name),
                ];
    }

    /// <returns>Whether the round is not complete, or has found more than it took.</returns>
    private async Task<bool> SurveyAsync(DateTimeOffset now, CancellationToken stopping)
    {
        _owesSurvey = now < _nextSurvey;
        if (_owesSurvey || RoomForStored() <= 0)
            return false;
        if (_surveySteps++ == 0)
            _roundBegun = now;
        IReadOnlyList<WaitingRoute> routes = await _store.FindRoutesAsync(_surveyed, now, SurveyStep, stopping);
        foreach (WaitingRoute route in routes)
        {
            if (_tries >= TriesInSurvey && now < _triesBegun + RestAfterTries)
            {
                (_nextSurvey, _owesSurvey) = (_triesBegun + RestAfterTries, true);
                return false;
            }

            if (route.IsDue || await HastenAsync(route.Name, now, stopping))
            {
                NoteTry(route.Name, now);
                _foundMore |= await RefillAsync(route.Name, now, stopping);
            }

            _surveyed = route.Name;
        }

        if (routes.Count == SurveyStep)
            return true;
        // Where a round takes long, because the routes are very many, the machine must have time for something else.
        TimeSpan rest = (_surveySteps - 1) * RestForStep;
        _nextSurvey = _time.GetUtcNow() + (rest < LongestRest ? rest : LongestRest);
        bool isMore = _foundMore;
        _foundMore = false;
        (_surveyed, _surveySteps, _surveyedUntil) = ("", 0, _roundBegun);
        return isMore;
    }

    /// <returns>Whether the route has more that could be taken at once.</returns>
    private async Task<bool> RefillAsync(string routeName, DateTimeOffset now, CancellationToken stopping)
    {
        (int limit, bool isClosed) = RoomFor(routeName, now);
        IReadOnlyList<DueRecipient> due = limit > 0 ? await _store.FindDueAsync(routeName, now, limit, stopping) : [];
        if (isClosed && await FindOldAsync(routeName, now, stopping) is { Count: > 0 } old)
            due = [.. due, .. old.ExceptBy(due.Select(Key), Key)];
        if (due.Count == 0)
            return false;
        var items = new List<(Lane Lane, DeliveryItem Item)>();
        var claims = new List<Claim>();
        foreach (
            IGrouping<(long Number, string Route), DueRecipient> group in due.GroupBy(d => (d.Message.Number, WayOf(d).Name))
        )
            Claim([.. group], now, items, claims);
        await HandOverAsync(items, claims, stopping);
        bool isMore = due.Count >= limit;
        lock (_lock)
        {
            if (limit > 0 && _lanes.TryGet(routeName, out Lane? lane))
            {
                lane.HasStored = isMore && lane.IsOpen;
                RemoveIfIdle(lane);
            }
            // What was read leaves by another route, and shows where the rest goes. No lane remembers that there is a rest.
            else if (limit > 0 && isMore && !(_soonest < now + SecondLook))
            {
                _soonest = now + SecondLook;
            }
        }

        return isMore && items.Count > 0 && RoomFor(routeName, now).Limit > 0;

        static (long, int) Key(DueRecipient one) => (one.Message.Number, one.Recipient.Number);
    }

    /// <summary>Behind a closed lane: those that are too old to wait for another probe. They go back, unless a probe is under way and succeeds.</summary>
    private Task<IReadOnlyList<DueRecipient>> FindOldAsync(string routeName, DateTimeOffset now, CancellationToken stopping) =>
        _store.FindOldAsync(routeName, now, now - _settings().Limits.MaxAge, Math.Clamp(RoomForStored(), 0, Portion), stopping);

    private void NoteTry(string routeName, DateTimeOffset now)
    {
        lock (_lock)
        {
            bool isKnown = _lanes.TryGet(routeName, out Lane? lane) && (lane.IsProven || _unproven.Contains(lane));
            if (isKnown || RoomFor(routeName, now).Limit <= 0)
                return;
        }

        if (_tries >= TriesInSurvey || now >= _triesBegun + RestAfterTries)
            (_tries, _triesBegun) = (0, now);
        _tries++;
    }

    /// <summary>How many of a route's stored recipients may be read now, and whether it is closed for them, not for us.</summary>
    private (int Limit, bool IsClosed) RoomFor(string routeName, DateTimeOffset now)
    {
        SchedulerSettings settings = _settings();
        lock (_lock)
        {
            int all = settings.StoredMessages - _inHand;
            _lanes.TryGet(routeName, out Lane? lane);
            int room =
                _router.HasLeft(routeName) ? Portion
                : !MayBegin(lane, MaxUnproven) ? 0
                : lane is null ? UnprovenStored
                : lane.Room(now, settings.MemoryOf(lane.Route), UnprovenStored);
            return (Math.Min(Math.Min(all, room), Portion), lane is { IsOpen: false, IsParked: false });
        }
    }

    private int RoomForStored()
    {
        lock (_lock)
            return _settings().StoredMessages - _inHand;
    }

    private async Task HandOverAsync(List<(Lane Lane, DeliveryItem Item)> items, List<Claim> claims, CancellationToken stopping)
    {
        HashSet<(long Message, int Recipient)> held;
        try
        {
            IReadOnlyList<Claim> taken = claims.Count == 0 ? [] : await _store.ClaimAsync(claims, stopping);
            held = [.. taken.Select(claim => (claim.Message, claim.Recipient))];
        }
        catch
        {
            foreach ((Lane lane, DeliveryItem item) in items)
                Release(lane, item);
            throw;
        }

        foreach ((Lane lane, DeliveryItem item) in items)
        {
            QueuedRecipient[] to =
            [
                .. item.Recipients.Where(recipient => held.Contains((item.Message.Number, recipient.Number))),
            ];
            if (to.Length > 0)
                Enqueue(lane, item with { Recipients = to });
            else
                Release(lane, item);
        }
    }

    private void Claim(DueRecipient[] group, DateTimeOffset now, List<(Lane, DeliveryItem)> items, List<Claim> claims)
    {
        SchedulerSettings settings = _settings();
        Route route = WayOf(group[0]);
        (DateTimeOffset, string)? rerouted = ReroutedTo(route, group[0], now);
        QueuedMessage message = group[0].Message;
        lock (_lock)
        {
            Lane lane = LaneOf(route);
            bool isLastChance = lane is { IsOpen: false, IsParked: false } && message.Accepted + settings.Limits.MaxAge <= now;
            if (isLastChance || lane.Room(now, settings.MemoryOf(route), UnprovenStored) > 0)
            {
                Take(lane);
                QueuedRecipient[] to = [.. group.Select(d => d.Recipient with { Attempts = d.Recipient.Attempts + 1 })];
                items.Add((lane, new DeliveryItem(message, to, route.Name, Content: null)));
                claims.AddRange(
                    to.Select(r => new Claim(
                        message.Number,
                        r.Number,
                        route.Name,
                        r.Attempts,
                        NextDue(r.Attempts, now, settings),
                        ToDelivery: true
                    )
                    {
                        Rerouted = rerouted,
                    })
                );
            }
            else if (group[0].RouteName != route.Name)
            {
                // The settings have changed since it was stored: it belongs to a route that is closed now, and must wait under that name.
                lane.HasStored |= lane.IsOpen;
                claims.AddRange(
                    group.Select(d => new Claim(
                        message.Number,
                        d.Recipient.Number,
                        route.Name,
                        d.Recipient.Attempts,
                        lane.ClosedUntil ?? now,
                        ToDelivery: false
                    )
                    {
                        Rerouted = rerouted,
                    })
                );
                RemoveIfIdle(lane);
            }
        }
    }

    private async Task<DateTimeOffset> ForgetAsync(DateTimeOffset due, CancellationToken stopping)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (now < due && due <= now + ForgetPause)
            return due;
        while (await _store.ForgetAsync(now - _settings().TraceRetention, stopping) > 0)
            stopping.ThrowIfCancellationRequested();
        return now + ForgetPause;
    }

    /// <param name="looked">When the look at everything began. A route that opened since then was still closed to it.</param>
    /// <param name="stopping">Ends it.</param>
    private async Task<TimeSpan> SleepAsync(DateTimeOffset looked, CancellationToken stopping)
    {
        DateTimeOffset now = _time.GetUtcNow();
        // Where there is no room, the worker that makes some kicks.
        // What has come due already and was not taken waits for a route that is closed or full, and that gives notice of itself.
        DateTimeOffset? due =
            _settings().IsSending && RoomForStored() > 0 ? await _store.NextDueAsync(_surveyedUntil, stopping) : null;
        DateTimeOffset wake = now + LongestSleep;
        lock (_lock)
        {
            // What waits for a route that may be probed is found in the store like all the rest.
            if (_lanes.NextEnd(looked) is { } until && until < wake)
                wake = until;
            if (_soonest < wake)
                wake = _soonest.Value;
        }

        if (due is { } time && time < wake)
            wake = time;
        // A survey that had to wait is made up for, and none is asked for sooner.
        if (_owesSurvey || wake < _nextSurvey)
            wake = _nextSurvey;
        // Or something came due while we looked: then we look again.
        return wake > now ? wake - now : TimeSpan.Zero;
    }

    private async Task WaitAsync(TimeSpan sleep, CancellationToken stopping)
    {
        if (sleep <= TimeSpan.Zero)
            return;
        using var patience = new CancellationTokenSource(sleep, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            await _kick.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to look again, or to stop. A kick that comes now stays until the next wait finds it.
        }
    }

    private IEnumerable<IGrouping<string, (QueuedRecipient To, Route Route)>> ByRoute(
        QueuedMessage message,
        IReadOnlyList<QueuedRecipient> recipients
    ) =>
        recipients
            .Select(to => (To: to, Route: _router.RouteOf(message, to.Address)))
            .GroupBy(pair => pair.Route.Name, StringComparer.Ordinal);

    /// <summary>Under the lock.</summary>
    private Lane LaneOf(Route route)
    {
        if (!_lanes.TryGet(route.Name, out Lane? lane))
        {
            if (route is Route.Relay)
                LeaveOtherRelays();
            lane = _lanes.Add(route);
            if (_left.Remove(route.Name, out string? trouble))
                TakeUp(lane, trouble);
        }
        else if (lane.Route != route)
            Renew(lane, route);
        return lane;
    }

    /// <summary>Same host, other settings: a new password deserves a try at once.</summary>
    private void Renew(Lane lane, Route route)
    {
        lane.Route = route;
        lane.ProbeNow(_time.GetUtcNow());
        Kick();
    }

    /// <summary>When another relay comes into use, the trouble with those that no setting names any more is over.</summary>
    private void LeaveOtherRelays()
    {
        foreach (Lane lane in _lanes.All)
            if (lane is { Route: Route.Relay relay, IsOpen: false } && !_router.Uses(relay))
                lane.Open(1);
        // Of an earlier run too.
        _leftUntil = DateTimeOffset.MinValue;
        Kick();
    }

    /// <summary>Under the lock.</summary>
    private void RemoveIfIdle(Lane lane)
    {
        if (lane.IsIdle)
            _lanes.Remove(lane);
        else
            lane.Shed();
    }

    /// <summary>
    /// Something comes due that the store may not have written yet. It has a second for it; the look at a time that has come already may
    /// be too early.
    /// </summary>
    private void NoteDue(DateTimeOffset due)
    {
        DateTimeOffset soon = _time.GetUtcNow() + TimeSpan.FromSeconds(1);
        DateTimeOffset look = due > soon ? due : soon;
        lock (_lock)
        {
            if (_soonest <= look)
                return;
            _soonest = look;
        }

        Kick();
    }

    /// <summary>Whether there is a place for it among the routes of unknown health, if it is one. Under the lock.</summary>
    private bool MayBegin(Lane? lane, int most) =>
        lane is { IsProven: true } || (lane is not null && _unproven.Contains(lane)) || _unproven.Count < most;

    /// <summary>Under the lock.</summary>
    private void Take(Lane lane)
    {
        if (!lane.IsProven)
            _unproven.Add(lane);
        lane.MakeReady();
        lane.InHand++;
        _inHand++;
    }

    private ReadOnlyMemory<byte>? Kept(ReadOnlyMemory<byte>? content)
    {
        if (content is not { } bytes || _contentBytes + bytes.Length > SchedulerSettings.MemoryBytes)
            return null;
        return bytes;
    }

    private static DateTimeOffset DueOf(Lane lane, bool isClaimed, DateTimeOffset now, SchedulerSettings settings) =>
        isClaimed ? NextDue(1, now, settings)
        : lane.ClosedUntil is { } until && until > now ? until
        : now;

    /// <summary>The attempt after this one, stored before this one is made: what a crash leaves behind is tried again then, or sooner.</summary>
    private static DateTimeOffset NextDue(int attempts, DateTimeOffset now, SchedulerSettings settings) =>
        now + RetrySchedule.Pause(attempts, 0, settings.Limits);

    internal void Kick() => _kick.Writer.TryWrite(true);

    /// <summary>Places for one message, by lane.</summary>
    private sealed class Reservation(DeliveryScheduler scheduler, QueuedMessage message) : IReservation
    {
        private readonly List<(Lane Lane, DeliveryItem Item)> _claimed = [];
        private readonly List<NewRecipient> _recipients = [];
        private bool _leavesWork;

        public IReadOnlyList<NewRecipient> Recipients => _recipients;

        /// <summary>Under the lock.</summary>
        public void Add(Lane lane, QueuedRecipient[] to, bool isClaimed, DateTimeOffset due, ReadOnlyMemory<byte>? content)
        {
            RecipientState state = isClaimed ? RecipientState.Claimed : RecipientState.Waiting;
            QueuedRecipient[] counted = isClaimed ? [.. to.Select(r => r with { Attempts = 1 })] : to;
            foreach (QueuedRecipient recipient in counted)
            {
                var stored = new NewRecipient(recipient, lane.Name, state, due);
                _recipients.Add(
                    lane.Route is Route.Relay { IsDetour: true }
                        ? new DetouredRecipient(stored, scheduler.WhyBy(lane.Route, message, recipient.Address))
                        : stored
                );
            }

            _leavesWork |= !isClaimed;
            if (!isClaimed)
                return;
            scheduler._contentBytes += content?.Length ?? 0;
            _claimed.Add((lane, new DeliveryItem(message, counted, lane.Name, content)));
        }

        public void Start()
        {
            foreach ((Lane lane, DeliveryItem item) in _claimed)
                scheduler.Enqueue(lane, item);
            if (!_leavesWork)
                return;
            scheduler.Kick();
            scheduler.NoteDue(scheduler._time.GetUtcNow());
        }

        public void Cancel()
        {
            foreach ((Lane lane, DeliveryItem item) in _claimed)
                scheduler.Release(lane, item);
        }
    }
}

/// <summary>A route that nothing leaves by at present.</summary>
/// <param name="Route">Its name.</param>
/// <param name="Reason">What happened.</param>
/// <param name="IsParked">Because of us: the operator has to act.</param>
/// <param name="NextTry">When one message goes ahead as a probe.</param>
/// <param name="Class">What kind of failure it is, such as <c>host-down</c>.</param>
/// <param name="Explanation">What it means; may be empty.</param>
/// <param name="Remedy">What the operator can do; may be empty.</param>
public sealed record RouteTrouble(
    string Route,
    string Reason,
    bool IsParked,
    DateTimeOffset? NextTry,
    string Class,
    string Explanation,
    string Remedy
);
