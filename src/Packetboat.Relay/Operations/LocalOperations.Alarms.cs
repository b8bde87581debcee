namespace Packetboat.Relay.Operations;

/// <summary>Alarms.</summary>
public sealed partial class LocalOperations
{
    public Task<IReadOnlyList<AlarmRow>> ListAlarmsAsync(CancellationToken ct) => alarms.ListAsync(ct);

    public Task<IReadOnlyList<AlarmEventRow>> AlarmHistoryAsync(int limit, CancellationToken ct) =>
        alarms.HistoryAsync(Math.Clamp(limit, 1, MaxTraces), ct);

    public Task<Result<Done>> ClearAlarmAsync(string key, string reason, CancellationToken ct) =>
        alarms.ClearAsync(key, reason, Who, ct);

    public Task<Result<Done>> TestAlarmAsync(CancellationToken ct) => alarms.TestAsync(Who, ct);
}
