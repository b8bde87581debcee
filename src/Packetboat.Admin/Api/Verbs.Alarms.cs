namespace Packetboat.Admin.Api;

/// <summary>Alarms.</summary>
internal static partial class Verbs
{
    public const string ListAlarms = "/v1/alarm/list";
    public const string AlarmHistory = "/v1/alarm/history";
    public const string ClearAlarm = "/v1/alarm/clear";
    public const string TestAlarm = "/v1/alarm/test";
}
