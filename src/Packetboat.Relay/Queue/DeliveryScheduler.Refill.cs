using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Queue;

/// <summary>What is read from the store: the survey of all routes that anything waits for, and who gets how much of it.</summary>
public sealed partial class DeliveryScheduler
{
    /// <summary>Routes that are looked at in one step of a survey.</summary>
    private const int SurveyStep = 256;

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

    private string _surveyed = ""; // the route that the survey has come to
    private int _surveySteps; // in this round
    private int _tries; // of routes of unknown health
    private DateTimeOffset _triesBegun; // counted since then
    private DateTimeOffset _roundBegun;
    private bool _foundMore; // in this round: a route that gave all that was asked for, and could give more
    private DateTimeOffset _surveyedUntil; // what had come due by then was seen
    private DateTimeOffset _nextSurvey;
    private bool _owesSurvey; // one was wanted while it had to wait

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
        {
            TryNoteStored(routeName, isStored: limit <= 0);
            return false;
        }

        var items = new List<(Lane Lane, DeliveryItem Item)>();
        var claims = new List<Claim>();
        foreach (
            IGrouping<(long Number, string Route), DueRecipient> group in due.GroupBy(d => (d.Message.Number, WayOf(d).Name))
        )
            Claim([.. group], now, items, claims);
        await HandOverAsync(items, claims, stopping);
        bool isMore = due.Count >= limit;
        // What was read may leave by another route, and show where the rest goes. No lane remembers that there is a rest.
        if (limit > 0 && !TryNoteStored(routeName, isMore) && isMore)
            LookAgain(now + SecondLook);
        return isMore && items.Count > 0 && RoomFor(routeName, now).Limit > 0;

        static (long, int) Key(DueRecipient one) => (one.Message.Number, one.Recipient.Number);
    }

    /// <summary>
    /// An open lane remembers what waits for it, also while new mail holds all of its places: else nobody would look again when there are some, and
    /// it would lie until the longest sleep is over.
    /// </summary>
    /// <returns>There is such a lane.</returns>
    private bool TryNoteStored(string routeName, bool isStored)
    {
        lock (_lock)
        {
            if (!_lanes.TryGet(routeName, out Lane? lane))
                return false;
            lane.HasStored = isStored && lane.IsOpen;
            RemoveIfIdle(lane);
            return true;
        }
    }

    private void LookAgain(DateTimeOffset at)
    {
        lock (_lock)
            if (!(_soonest < at))
                _soonest = at;
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
}
