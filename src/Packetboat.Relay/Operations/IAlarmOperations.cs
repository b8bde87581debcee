namespace Packetboat.Relay.Operations;

/// <summary>The operator's verbs about alarms. Those that are open are in <see cref="StatusReport.Alarms"/> too.</summary>
public interface IAlarmOperations
{
    /// <summary>The open ones, the worst first, then the oldest.</summary>
    Task<IReadOnlyList<AlarmRow>> ListAlarmsAsync(CancellationToken ct);

    /// <summary>What was raised and cleared, the newest first.</summary>
    Task<IReadOnlyList<AlarmEventRow>> AlarmHistoryAsync(int limit, CancellationToken ct);

    /// <summary>Clears one; what raised it, if it is still so, raises it again.</summary>
    /// <param name="key">Of the alarm.</param>
    /// <param name="reason">For the audit trail.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<Done>> ClearAlarmAsync(string key, string reason, CancellationToken ct);

    /// <summary>Raises one and clears it, so that the operator sees whether it arrives where he wants to be told.</summary>
    Task<Result<Done>> TestAlarmAsync(CancellationToken ct);
}
