using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Queue;

/// <summary>
/// The SendMail service: decides what is tried when. One loop owns time; it reads from the store what is due and was not handed over in
/// memory. New mail goes straight to its lane when it is accepted.
/// </summary>
public sealed partial class DeliveryScheduler : BackgroundService, IScheduler
{
    /// <summary>Rows read from the store at once.</summary>
    internal const int Portion = 500;

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

    // Much shorter than any retention that a busy relay has: else what is over piles up for the pause, three million rows at 2 000 a second.
    private static readonly TimeSpan ForgetPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

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
    private DateTimeOffset? _soonest; // a time that the store may not know of yet

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

    internal int LaneCount
    {
        get
        {
            lock (_lock)
                return _lanes.Count;
        }
    }

    public IReservation Reserve(QueuedMessage message, IReadOnlyList<QueuedRecipient> recipients, HeldContent? content)
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

    private HeldContent? Kept(HeldContent? content) =>
        content is not null && _contentBytes + content.Room <= SchedulerSettings.MemoryBytes ? content : null;

    private static DateTimeOffset DueOf(Lane lane, bool isClaimed, DateTimeOffset now, SchedulerSettings settings) =>
        isClaimed ? NextDue(1, now, settings)
        : lane.ClosedUntil is { } until && until > now ? until
        : now;

    /// <summary>The attempt after this one, stored before this one is made: what a crash leaves behind is tried again then, or sooner.</summary>
    private static DateTimeOffset NextDue(int attempts, DateTimeOffset now, SchedulerSettings settings) =>
        now + RetrySchedule.Pause(attempts, 0, settings.Limits);

    internal void Kick() => _kick.Writer.TryWrite(true);
}
