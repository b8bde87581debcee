using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Alarms;

/// <summary>
/// The alarms that are open, and the durable list of what was raised and cleared, from which each way of telling takes at its own pace. An
/// event is written in the transaction that changes the alarm: there is none without the other.
/// </summary>
public interface IAlarmStore
{
    /// <summary>Events that are kept. A receiver that is away for longer misses the oldest.</summary>
    const int MaxEvents = 1000;

    /// <summary>There may be a new event.</summary>
    event Action? AlarmsChanged;

    /// <summary>Opens an alarm, or changes the text of an open one. Only the former is an event, and that it becomes another kind.</summary>
    Task RaiseAlarmAsync(Alarm alarm, CancellationToken stopping);

    /// <summary>It is over; nothing happens where there is none. The event waits for <see cref="AlarmKind.Settle"/>.</summary>
    Task ClearAlarmAsync(string key, CancellationToken stopping);

    /// <summary>Those that are open, the oldest first.</summary>
    Task<IReadOnlyList<Alarm>> AlarmsAsync(CancellationToken stopping);

    /// <summary>Clears an alarm and tells everybody at once.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> DismissAlarmAsync(string key, CancellationToken stopping);

    /// <summary>Writes the events of alarms that have been over for long enough.</summary>
    /// <returns>How many.</returns>
    Task<int> SettleAlarmsAsync(CancellationToken stopping);

    /// <summary>When the oldest message was accepted that waits and is not held; null: there is none.</summary>
    Task<DateTimeOffset?> OldestWaitingAsync(CancellationToken stopping);

    /// <summary>In their order, those behind <paramref name="after"/>.</summary>
    Task<IReadOnlyList<AlarmEvent>> AlarmEventsAsync(long after, int limit, CancellationToken stopping);

    /// <summary>How far somebody has come; null: he was never here.</summary>
    Task<long?> SeenAsync(string output, CancellationToken stopping);

    /// <summary>Durable when it returns.</summary>
    Task NoteSeenAsync(string output, long seen, CancellationToken stopping);
}
