using Packetboat.Protocol;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Doctor;

/// <summary>
/// Has the doctor called when a route changes its state: mail is moved to the relay or back, a relay does not work or does again, a route is parked or goes on, nobody can be reached
/// any more. At most once in
/// <see cref="Rest"/>; what changes meanwhile is looked at then.
/// </summary>
/// <param name="moves">What leaves by the relay at present.</param>
/// <param name="troubles">Of the routes.</param>
/// <param name="lastExamined">When the report that is kept was made; null: none is.</param>
/// <param name="examine">Makes an examination for a reason.</param>
/// <param name="log">Where its verdict stands.</param>
/// <param name="time">The clock.</param>
/// <param name="isShutOut">Nobody can be reached directly; null: nobody looks.</param>
public sealed class DoctorWatch(
    Func<IReadOnlyList<MovedMail>> moves,
    Func<IReadOnlyList<RouteTrouble>> troubles,
    Func<DateTimeOffset?> lastExamined,
    Func<string, CancellationToken, Task<DoctorReport>> examine,
    MailLog log,
    TimeProvider time,
    Func<bool>? isShutOut = null
) : PeriodicService(Step, log, time)
{
    /// <summary>Each examination calls strangers, and signs in to the relays.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(10);

    private const int MaxReason = 300;
    private const string Relay = "relay "; // with which the names of routes to relays begin

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    private Dictionary<string, string>? _known;
    private long? _examined;

    protected internal override async Task LookAsync(CancellationToken ct)
    {
        Dictionary<string, string> now = StateOf(moves());
        // What was so when somebody looked last is no news at the start. What came about later is: the server ended before it was looked at.
        Dictionary<string, string> before = _known ??= StateOf(moves().Where(move => move.Since <= lastExamined()));
        if (ChangeIn(before, now) is not { } change)
            return;
        if (_examined is { } last && Time.GetElapsedTime(last) < Rest)
            return;
        (_known, _examined) = (now, Time.GetTimestamp());
        DoctorReport report = await examine(PrintableText.Of(change, MaxReason), ct);
        Log.Examined(report);
    }

    private Dictionary<string, string> StateOf(IEnumerable<MovedMail> moved)
    {
        var state = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (MovedMail move in moved)
            state[$"{move.What} leaves directly again"] = $"{move.What} leaves by the relay: {move.Reason}";
        foreach (RouteTrouble route in troubles().Where(route => route.IsParked))
            state[$"{route.Route} is not parked any more"] = $"{route.Route} is parked: {route.Reason}";
        // A stranger's server that is down is his affair; of a relay much mail depends.
        foreach (
            RouteTrouble route in troubles()
                .Where(route => !route.IsParked && route.Route.StartsWith(Relay, StringComparison.Ordinal))
        )
            state[$"{route.Route} works again"] = $"{route.Route} does not work: {route.Reason}";
        if (isShutOut?.Invoke() == true)
            state["port 25 is open again"] = "port 25 seems to be blocked";
        return state;
    }

    /// <summary>Null: nothing. Words that differ alone are none: a reason is put in other words by each try.</summary>
    private static string? ChangeIn(Dictionary<string, string> before, Dictionary<string, string> now) =>
        now.FirstOrDefault(one => !before.ContainsKey(one.Key)).Value
        ?? before.FirstOrDefault(one => !now.ContainsKey(one.Key)).Key;
}
