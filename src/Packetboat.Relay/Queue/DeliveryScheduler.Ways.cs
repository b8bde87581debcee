using Packetboat.Protocol.Message;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Queue;

/// <summary>
/// Mail whose route may change while it waits. A recipient has one route at a time, in the store; it changes only between attempts, and not
/// after one of which nobody knows whether the copy has arrived.
/// </summary>
public sealed partial class DeliveryScheduler
{
    private readonly HashSet<string> _hastened = new(StringComparer.Ordinal); // since routes changed: only the loop's
    private volatile bool _routesChanged;

    /// <summary>Some mail is to leave by another route than before, and need not wait for the time of its next attempt.</summary>
    internal void RoutesChanged()
    {
        _routesChanged = true;
        Kick();
    }

    /// <returns>Whether something of the route has come due by it.</returns>
    private async ValueTask<bool> HastenAsync(string routeName, DateTimeOffset now, CancellationToken stopping)
    {
        if (_routesChanged)
        {
            _routesChanged = false;
            _hastened.Clear();
        }

        if (_hastened.Contains(routeName) || !_router.HasLeft(routeName))
            return false;
        bool isAny = await _store.LeaveRouteAsync(routeName, now, stopping);
        _hastened.Add(routeName);
        return isAny;
    }

    /// <summary>Why others are used instead of a relay; null: they are not. While a message tries it, they are for all others.</summary>
    internal PassedOver? PassedOver(string routeName)
    {
        lock (_lock)
            return
                _lanes.TryGet(routeName, out Lane? lane)
                && lane is { IsOpen: false, Route: Route.Relay { HasOthers: true } }
                && (lane.ClosedUntil > _time.GetUtcNow() || lane.InHand > 0)
                ? new PassedOver(lane.ClosedUntil, lane.Trouble)
                : null;
    }

    private Route WayOf(DueRecipient due) => WayOf(due.Message, due.Recipient, due.RouteName);

    private Route WayOf(QueuedMessage message, QueuedRecipient to, string routeName) =>
        to.Binding switch
        {
            Binding.Route => _router.WayNamed(message, to.Address, routeName),
            Binding.Relays => _router.RelayOf(message, to.Address),
            _ => null,
        } ?? _router.RouteOf(message, to.Address);

    /// <summary>
    /// What the trace says of a change that nobody made in the settings, or that makes a copy of which nobody knows whether it has arrived leave
    /// another way; null: there is none.
    /// </summary>
    private (DateTimeOffset At, string Why)? ReroutedTo(Route route, DueRecipient due, DateTimeOffset now) =>
        (route.MayMove || due.Recipient.Binding == Binding.Route) && route.Name != due.RouteName
            ? (now, WhyBy(route, due.Message, due.Recipient.Address))
            : null;

    private string WhyBy(Route route, QueuedMessage message, MailAddress recipient) =>
        Protocol.PrintableText.Of($"by {route.Name}: {_router.Because(message, recipient)}", 1000);

    /// <summary>Puts an item back if some of it leaves by another route by now: that part under its name, the rest to be taken up again.</summary>
    private async ValueTask<bool> TryMoveAsync(Lane lane, DeliveryItem item)
    {
        // Others are used because this one is here: it is the probe.
        if (lane.Route is Route.Relay && IsProbed(lane))
            return false;
        await _router.LookAsync(lane.Route, _abortWorkers.Token);
        var stay = new List<QueuedRecipient>();
        foreach (QueuedRecipient to in item.Recipients)
            if (OtherWay(lane, item.Message, to) is { } route)
                await _settlement.MoveAsync(item.Message, to, route, _router.Because(item.Message, to.Address));
            else
                stay.Add(to);

        if (stay.Count == item.Recipients.Count)
            return false;
        DateTimeOffset now = _time.GetUtcNow();
        if (stay.Count > 0)
            await PostponeAsync(
                lane,
                item with
                {
                    Recipients = stay,
                },
                now,
                "others of its recipients left another way",
                Cause.None
            );
        NoteDue(now);
        return true;
    }

    /// <summary>Nothing could be sent to some, because of their route: those for whom there is another now are put back under its name.</summary>
    /// <returns>What is left of the attempt.</returns>
    private async ValueTask<Attempt> MoveUnsentAsync(Lane lane, Attempt attempt)
    {
        RecipientAttempt[] unsent = attempt.Health switch
        {
            RouteHealth.Down => [.. attempt.Recipients],
            RouteHealth.Parked parked =>
            [
                .. attempt.Untried.Select(to => new RecipientAttempt(
                    to,
                    SmtpVerdict.Temporary,
                    parked.Outcome.Reply,
                    parked.Outcome.FromPeer
                )),
            ],
            _ => [],
        };
        var moved = new HashSet<int>();
        foreach (RecipientAttempt one in unsent)
            if (OtherWay(lane, attempt.Item.Message, one.Recipient) is { } route)
            {
                string why = _router.Because(attempt.Item.Message, one.Recipient.Address);
                await _settlement.MoveAsync(attempt, one, route, why);
                moved.Add(one.Recipient.Number);
            }

        if (moved.Count == 0)
            return attempt;
        NoteDue(_time.GetUtcNow());
        DeliveryItem item = attempt.Item;
        return attempt with
        {
            Item = item with { Recipients = [.. item.Recipients.Where(to => !moved.Contains(to.Number))] },
            Recipients = [.. attempt.Recipients.Where(one => !moved.Contains(one.Recipient.Number))],
        };
    }

    private bool IsProbed(Lane lane)
    {
        lock (_lock)
            return lane.MayProbe(_time.GetUtcNow());
    }

    private Route? OtherWay(Lane lane, QueuedMessage message, QueuedRecipient to) =>
        WayOf(message, to, lane.Name) is var route && route.Name != lane.Name ? route : null;
}
