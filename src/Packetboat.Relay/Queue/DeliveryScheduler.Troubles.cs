using Packetboat.Relay.Alarms;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Queue;

/// <summary>Routes that are closed or parked: what is told of them, now and after a restart.</summary>
public sealed partial class DeliveryScheduler
{
    /// <summary>In front of a route's name, in the key of its alarm.</summary>
    private const string RouteKey = "route:";

    private readonly Dictionary<string, string> _left = new(StringComparer.Ordinal); // alarms of an earlier run, by route
    private DateTimeOffset _leftUntil;

    /// <summary>Routes that are closed or parked, with the reason; of a domain's own servers only while its mail has no other way.</summary>
    public IReadOnlyList<RouteTrouble> Troubles()
    {
        lock (_lock)
            return
            [
                .. _lanes
                    .All.Where(lane => !lane.IsOpen && !(lane.Route is Route.Direct && _router.HasLeft(lane.Name)))
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

    private static string AlarmText(Lane lane)
    {
        string why = lane.Cause.IsKnown ? $" ({lane.Cause.ToString().TrimEnd('.')})" : "";
        string text = lane.IsParked
            ? $"{lane.Name} is parked, {(lane.Route is Route.Relay { HasOthers: true } ? "other relays are used" : "all its mail waits")}: {lane.Trouble.TrimEnd('.')}{why}. Mend it, then say: packetboat queue retry --all"
            : $"{lane.Name} does not take mail, it is tried again by itself: {lane.Trouble}{why}";
        return Protocol.PrintableText.Of(text, 2000);
    }

    private async Task FileAlarmAsync(Lane lane, CancellationToken stopping)
    {
        string? text;
        string? before;
        string kind;
        string kindBefore;
        lock (_lock)
        {
            (text, before, kind, kindBefore) = (lane.Alarm, lane.StoredAlarm, KindOf(lane).Id, lane.StoredKind);
            if (text == before)
                return;
        }

        if (text is null)
            await _store.ClearAlarmAsync(AlarmKey(lane), stopping);
        else
            await _store.RaiseAlarmAsync(new Alarm(AlarmKey(lane), _time.GetUtcNow(), text, kind), stopping);
        lock (_lock)
            (lane.StoredAlarm, lane.StoredKind) = (text, kind);
        if (text is null)
            _log.AlarmCleared(AlarmKey(lane));
        // Other words for the same trouble are no news; another kind of it is.
        else if (before is null || kind != kindBefore)
            _log.AlarmRaised(AlarmKey(lane), text);
    }

    private static string AlarmKey(Lane lane) => RouteKey + lane.Name;

    private static AlarmKind KindOf(Lane lane) =>
        (lane.Cause.Class, lane.IsParked) switch
        {
            (FailureClass.Port25Blocked, _) when lane.Route is Route.Direct => AlarmCatalogue.Port25Blocked,
            (FailureClass.Account, true) => AlarmCatalogue.RelayCredentials,
            (_, true) => AlarmCatalogue.RouteParked,
            _ => AlarmCatalogue.RouteDown,
        };
}
