using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Alarms.</summary>
public sealed partial class ControlClient
{
    public Task<IReadOnlyList<AlarmRow>> ListAlarmsAsync(CancellationToken ct) =>
        AskAsync(Verbs.ListAlarms, new OperationRequest(), AlarmsJson.Default.IReadOnlyListAlarmRow, ct);

    public Task<IReadOnlyList<AlarmEventRow>> AlarmHistoryAsync(int limit, CancellationToken ct) =>
        AskAsync(Verbs.AlarmHistory, new OperationRequest { Limit = limit }, AlarmsJson.Default.IReadOnlyListAlarmEventRow, ct);

    public Task<Result<Done>> ClearAlarmAsync(string key, string reason, CancellationToken ct) =>
        AskAsync(Verbs.ClearAlarm, new OperationRequest { Id = key, Reason = reason }, Json.ResultDone, ct);

    public Task<Result<Done>> TestAlarmAsync(CancellationToken ct) =>
        AskAsync(Verbs.TestAlarm, new OperationRequest(), Json.ResultDone, ct);
}
