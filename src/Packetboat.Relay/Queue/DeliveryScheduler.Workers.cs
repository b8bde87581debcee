using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Queue;

/// <summary>Workers: each has one connection and carries its lane's items one after another.</summary>
public sealed partial class DeliveryScheduler
{
    /// <summary>A connection with nothing to do is kept this long: the next message of a conversation is often near.</summary>
    private static readonly TimeSpan KeptIdle = TimeSpan.FromSeconds(15);

    /// <summary>What an attempt in progress may still take when the program stops.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stopWorkers = new();
    private readonly CancellationTokenSource _abortWorkers;
    private readonly HashSet<Task> _workers = [];

    public override void Dispose()
    {
        _stopWorkers.Dispose();
        _abortWorkers.Dispose();
        base.Dispose();
    }

    private void Enqueue(Lane lane, DeliveryItem item)
    {
        lane.Put(item);
        lock (_lock)
            StartWorkerIfNeeded(lane);
    }

    /// <summary>Under the lock.</summary>
    private void StartWorkerIfNeeded(Lane lane)
    {
        int most = Math.Min(lane.Window, _settings().ConnectionsOf(lane.Route));
        // An idle worker takes one item, not all of them.
        if (lane.ReadyCount <= lane.IdleWorkers || lane.Workers >= most || _stopWorkers.IsCancellationRequested)
            return;
        lane.Workers++;
        Task worker = Task.Run(() => WorkAsync(lane));
        _workers.Add(worker);
        _ = worker.ContinueWith(Forget, TaskScheduler.Default);
    }

    private void Forget(Task worker)
    {
        lock (_lock)
            _workers.Remove(worker);
    }

    private async Task WorkAsync(Lane lane)
    {
        Courier? courier = null;
        bool isCounted = false;
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        // Once for the worker, not for each message.
        Action wanted = () => End(patience);
        using CancellationTokenRegistration stopping = _stopWorkers.Token.UnsafeRegister(
            waiting => ((CancellationTokenSource)waiting!).Cancel(),
            patience
        );
        try
        {
            while (await NextAsync(lane, courier, patience, wanted) is { } item)
            {
                courier = await CourierOfAsync(lane, courier);
                bool goesOn = await CarryAsync(lane, courier, item);
                lock (_lock)
                {
                    lane.Connected += (courier.IsOpen ? 1 : 0) - (isCounted ? 1 : 0);
                    isCounted = courier.IsOpen;
                    StartWorkerIfNeeded(lane);
                }

                if (!goesOn)
                    break;
            }
        }
        finally
        {
            lock (_lock)
            {
                lane.Workers--;
                lane.Connected -= isCounted ? 1 : 0;
                StartWorkerIfNeeded(lane);
                RemoveIfIdle(lane);
            }

            await DismissAsync(courier);
        }
    }

    /// <summary>The settings may have changed since the last item: an old courier would try the old password.</summary>
    private async ValueTask<Courier> CourierOfAsync(Lane lane, Courier? present)
    {
        Route route;
        lock (_lock)
            route = lane.Route;
        if (present is not null && present.Route == route)
            return present;
        await DismissAsync(present);
        return _newCourier(route);
    }

    private static ValueTask DismissAsync(Courier? courier) => courier?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <returns>Whether the worker is to go on; false: the lane's others are enough.</returns>
    private async Task<bool> CarryAsync(Lane lane, Courier courier, DeliveryItem item)
    {
        bool isHandedBack = false;
        try
        {
            if (await TryStopAsync(item))
                return true;
            if (lane.Route.MayMove && await TryMoveAsync(lane, item))
                return true;
            if (WhenClosed(lane) is { } closed)
            {
                await WaitOutAsync(lane, item, closed);
                return true;
            }

            Attempt attempt = await courier.DeliverAsync(item, _abortWorkers.Token);
            if (attempt.IsStopped)
            {
                if (!await TryStopAsync(item))
                    await PostponeAsync(lane, item, _time.GetUtcNow(), "its account was suspended for a moment", Cause.None);
                return true;
            }

            if (attempt.Health is RouteHealth.Paced paced)
            {
                // What the provider's share of today has no room for may leave by a relay.
                if (courier.Route.MayMove && await TryMoveAsync(lane, item))
                    return true;
                isHandedBack = TryHandBack(lane, courier, item);
                if (!isHandedBack)
                    await HoldBackAsync(lane, item, paced);
                return !isHandedBack;
            }

            DateTimeOffset? parkedUntil = NoteHealth(lane, courier.Route, attempt.Health);
            if (courier.Route.MayMove && attempt.Health is not RouteHealth.Open)
                attempt = await MoveUnsentAsync(lane, attempt);
            if (attempt.Recipients.Count > 0)
                await SettleAsync(attempt);
            if (parkedUntil is { } until && attempt is { Health: RouteHealth.Parked parked, Untried.Count: > 0 })
                await PostponeAsync(
                    lane,
                    item with
                    {
                        Recipients = attempt.Untried,
                    },
                    until,
                    parked.Reason,
                    _settlement.CauseOf(parked)
                );
        }
        catch (OperationCanceledException) when (_abortWorkers.IsCancellationRequested)
        {
            // It stays claimed in the store; the next start resumes it.
        }
        catch (Exception fault)
        {
            _log.DeliveryFault(item.Message.Id, fault);
            await PutBackAsync(item);
        }
        finally
        {
            if (!isHandedBack)
                Release(lane, item);
        }

        return true;
    }

    /// <summary>The provider takes no further connection, but the lane has some already: those carry it.</summary>
    private bool TryHandBack(Lane lane, Courier courier, DeliveryItem item)
    {
        lock (_lock)
        {
            if (courier.IsOpen || lane.Connected == 0)
                return false;
            lane.Narrow();
            lane.Put(item);
            return true;
        }
    }

    private async ValueTask<bool> IsStoppedAsync(QueuedMessage message) =>
        _stops is not null && await _stops.FindAsync(message, CancellationToken.None) is not null;

    /// <summary>Holds, drops or returns an item that a suspension stops.</summary>
    private async ValueTask<bool> TryStopAsync(DeliveryItem item)
    {
        if (_stops is null || await _stops.FindAsync(item.Message, CancellationToken.None) is not { } order)
            return false;
        await _settlement.StopAsync(item, order, CancellationToken.None);
        // The suspension may have ended, and what it held may have been released, before this was written.
        if (order.Action == QueuedMail.Hold && !await IsStoppedAsync(item.Message))
        {
            await _store.ReleaseStoppedAsync(_time.GetUtcNow(), CancellationToken.None);
            NoteDue(_time.GetUtcNow());
        }

        return true;
    }

    /// <summary>A fault of ours must cost neither the message nor an endless loop: it waits as after a failed attempt.</summary>
    private async Task PutBackAsync(DeliveryItem item)
    {
        try
        {
            TimeSpan pause = RetrySchedule.Pause(item.Recipients[0].Attempts, 0, _settings().Limits);
            DateTimeOffset due = _time.GetUtcNow() + pause;
            await _settlement.PutBackAsync(item, due, DeliveryReplies.OwnFault.Text);
            NoteDue(due);
        }
        catch (Exception fault)
        {
            // It stays claimed in the store; the next start resumes it.
            _log.DeliveryFault(item.Message.Id, fault);
        }
    }

    private async Task SettleAsync(Attempt attempt)
    {
        if (await _settlement.SettleAsync(attempt, CancellationToken.None) is { } due)
            NoteDue(due);
    }

    /// <summary>
    /// It was in memory when the route closed. A message whose time is over goes back with what is known of the route; on a parked route
    /// none does.
    /// </summary>
    private async Task WaitOutAsync(
        Lane lane,
        DeliveryItem item,
        (DateTimeOffset Until, string Reason, Cause Cause, bool IsParked) closed
    )
    {
        bool isTooOld = item.Message.Accepted + _settings().Limits.MaxAge <= _time.GetUtcNow();
        if (closed.IsParked || !isTooOld)
        {
            await PostponeAsync(lane, item, closed.Until, closed.Reason, closed.Cause);
            return;
        }

        SmtpReply reply = DeliveryReplies.NotTried(closed.Reason);
        RecipientAttempt[] failed =
        [
            .. item.Recipients.Select(to => new RecipientAttempt(to, SmtpVerdict.Temporary, reply, false)
            {
                Cause = closed.Cause,
            }),
        ];
        var health = new RouteHealth.Down(closed.Reason, new RemoteOutcome(reply, FromPeer: false, ""));
        await SettleAsync(new Attempt(item, failed, health, "", "", PeerReports: false));
    }

    private async Task HoldBackAsync(Lane lane, DeliveryItem item, RouteHealth.Paced paced)
    {
        lock (_lock)
        {
            // A route in trouble stays that.
            if (lane.IsOpen || lane.MayProbe(_time.GetUtcNow()))
                lane.Pause(paced.Reason, paced.Until);
        }

        Kick();
        await PostponeAsync(lane, item, paced.Until, paced.Reason, Cause.None);
    }

    private async Task PostponeAsync(Lane lane, DeliveryItem item, DateTimeOffset until, string reason, Cause cause)
    {
        await _settlement.PostponeAsync(item, until, reason, cause);
        lock (_lock)
        {
            // It was opened meanwhile, and its mail was woken before this one lay down.
            lane.WakesMail |= lane.IsOpen;
        }
    }

    private (DateTimeOffset Until, string Reason, Cause Cause, bool IsParked)? WhenClosed(Lane lane)
    {
        lock (_lock)
        {
            DateTimeOffset now = _time.GetUtcNow();
            return lane is { IsOpen: false, ClosedUntil: { } until } && until > now
                ? (until, lane.Trouble, lane.Cause, lane.IsParked)
                : null;
        }
    }

    /// <returns>Until when the route is parked; null when it is not.</returns>
    private DateTimeOffset? NoteHealth(Lane lane, Route tried, RouteHealth health)
    {
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset? parkedUntil = null;
        Cause cause = _settlement.CauseOf(health);
        lock (_lock)
        {
            if (health is RouteHealth.Open)
            {
                bool wasProven = lane.IsProven;
                _unproven.Remove(lane);
                // Mail in the store may come in greater numbers now.
                if (!lane.Open(_settings().ConnectionsOf(lane.Route)) && (wasProven || !lane.HasStored))
                    return null;
                _routesChanged |= lane.Route is Route.Relay { HasOthers: true };
            }
            else if (health is RouteHealth.Down down)
                Close(lane, down.Reason, cause, isParked: false, now);
            else if (health is RouteHealth.Parked parked)
                // Whose settings have changed meanwhile has yet to be tried with the new ones.
                parkedUntil = lane.Route == tried ? Close(lane, parked.Reason, cause, isParked: true, now) : now;
        }

        Kick();
        return parkedUntil;
    }

    /// <summary>Under the lock.</summary>
    private DateTimeOffset Close(Lane lane, string reason, Cause cause, bool isParked, DateTimeOffset now)
    {
        // Several connections fail together: that is one failure of the route, and the gravest reason stands.
        if (lane is { IsOpen: false, ClosedUntil: { } closed } && closed > now && (lane.IsParked || !isParked))
            return closed;
        RetryLimits limits = _settings().Limits;
        // A parked route waits for the operator; the rare probe finds out when the other side has been mended instead.
        DateTimeOffset until = now + (isParked ? limits.Longest : RetrySchedule.Pause(lane.Failures + 1, 0, limits));
        lane.Close(reason, cause, isParked, until);
        _routesChanged |= lane.Route is Route.Relay { HasOthers: true };
        if (isParked || lane.Route is Route.Relay)
            lane.Alarm = AlarmText(lane);
        _lanes.Trim();
        return until;
    }

    /// <summary>The next item, or null when there was none for a while, or the program stops.</summary>
    private async ValueTask<DeliveryItem?> NextAsync(Lane lane, Courier? courier, CancellationTokenSource patience, Action wanted)
    {
        if (_stopWorkers.IsCancellationRequested)
            return null;
        if (lane.Ready.Reader.TryRead(out DeliveryItem? ready))
            return ready;

        lock (_lock)
            lane.IdleWorkers++;
        try
        {
            patience.CancelAfter(KeptIdle);
            courier?.Rest(wanted);
            return await lane.Ready.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        finally
        {
            courier?.Resume();
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            lock (_lock)
            {
                lane.IdleWorkers--;
                StartWorkerIfNeeded(lane);
            }
        }
    }

    private static void End(CancellationTokenSource patience)
    {
        try
        {
            patience.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The worker has ended meanwhile, which is what was wanted.
        }
    }

    private void Release(Lane lane, DeliveryItem item)
    {
        bool isWanted;
        lock (_lock)
        {
            SchedulerSettings settings = _settings();
            bool wasCrowded = _unproven.Count >= MaxUnproven;
            lane.InHand--;
            _inHand--;
            _contentBytes -= item.Content?.Room ?? 0;
            if (lane.InHand == 0)
                _unproven.Remove(lane);
            // Refilled by halves, not one by one: each time is a question to the store.
            bool isHalfEmpty = lane.InHand == 0 || lane.InHand == settings.MemoryOf(lane.Route) / 2;
            isWanted =
                (lane.HasStored && isHalfEmpty)
                || _inHand == settings.StoredMessages - Math.Max(1, Math.Min(Portion, settings.StoredMessages / 2))
                || (wasCrowded && _unproven.Count < MaxUnproven)
                || !lane.IsOpen
                || lane.WakesMail;
            RemoveIfIdle(lane);
        }

        item.Content?.Release();
        if (isWanted)
            Kick();
    }

    /// <summary>What is being sent may finish; what waits in memory is in the store anyway.</summary>
    private async Task WorkersEndAsync()
    {
        await _stopWorkers.CancelAsync();
        _abortWorkers.CancelAfter(StopPatience);
        Task[] running;
        lock (_lock)
            running = [.. _workers];
        await Task.WhenAll(running);
    }
}
