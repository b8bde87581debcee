using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Alarms.</summary>
public static partial class ControlApi
{
    private static void MapAlarms(IEndpointRouteBuilder routes, IOperations operations)
    {
        Verb(routes, Verbs.ListAlarms, AlarmsJson.Default.IReadOnlyListAlarmRow, (_, ct) => operations.ListAlarmsAsync(ct));
        Verb(
            routes,
            Verbs.AlarmHistory,
            AlarmsJson.Default.IReadOnlyListAlarmEventRow,
            (ask, ct) => operations.AlarmHistoryAsync(ask.Limit, ct)
        );
        Verb(
            routes,
            Verbs.ClearAlarm,
            Json.ResultDone,
            (ask, ct) => operations.By(ask.By).ClearAlarmAsync(ask.Id ?? "", ask.Reason, ct)
        );
        Verb(routes, Verbs.TestAlarm, Json.ResultDone, (ask, ct) => operations.By(ask.By).TestAlarmAsync(ct));
    }
}
