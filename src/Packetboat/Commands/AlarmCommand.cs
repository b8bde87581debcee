using System.CommandLine;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat alarm</c>: what the operator must act on.</summary>
internal static class AlarmCommand
{
    private const int DefaultLimit = 50;

    public static Command Create() =>
        new("alarm", "See what wants your attention, and clear it") { List(), History(), Kinds(), Clear(), Test() };

    private static Command List()
    {
        var command = new Command("list", "List the alarms that are open, the worst first");
        return command.Shows(
            (operations, _, ct) => operations.ListAlarmsAsync(ct),
            AlarmsJson.Default.IReadOnlyListAlarmRow,
            Show
        );
    }

    private static Command History()
    {
        Option<int> limit = TypedOption.Count("--limit", "Rows at most", DefaultLimit);
        var command = new Command("history", "List what was raised and cleared, newest first") { limit };
        return command.Shows(
            (operations, parsed, ct) => operations.AlarmHistoryAsync(parsed.GetValue(limit), ct),
            AlarmsJson.Default.IReadOnlyListAlarmEventRow,
            events =>
                Print.Table(
                    ["WHEN", "WHAT", "KIND", "KEY", "TEXT"],
                    events.Select(e => new[] { Print.Minute(e.At), e.Event, e.Kind, e.Key, e.Text }),
                    "No alarm was raised yet."
                )
        );
    }

    private static Command Kinds()
    {
        var command = new Command("kinds", "List every kind of alarm there is, what it means and what to do") { Verbs.Json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(Verbs.Json))
                Print.Json(AlarmKindRow.All, AlarmsJson.Default.IReadOnlyListAlarmKindRow);
            else
                foreach (AlarmKindRow kind in AlarmKindRow.All)
                {
                    Print.Line($"{kind.Id} ({AlarmNotice.WordOf(kind.Severity)})");
                    Print.Why("", "", kind.Remedy, Print.Line);
                    Print.Line($"    {kind.Explanation}");
                }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Clear()
    {
        var key = new Argument<string>("key") { Description = "Of the alarm, as alarm list has it" };
        var reason = new Option<string>("--reason") { Description = "For the audit trail", DefaultValueFactory = _ => "" };
        var command = new Command("clear", "Clear an alarm; if it is still so, it comes back") { key, reason };
        return command.Does(
            (operations, parsed, ct) => operations.ClearAlarmAsync(parsed.GetValue(key)!, parsed.GetValue(reason)!, ct)
        );
    }

    private static Command Test()
    {
        var command = new Command("test", "Raise an alarm and clear it, to see whether it arrives");
        return command.Does((operations, _, ct) => operations.TestAlarmAsync(ct));
    }

    private static void Show(IReadOnlyList<AlarmRow> alarms)
    {
        foreach (AlarmRow alarm in alarms)
            Show(alarm);
        if (alarms.Count == 0)
            Print.Line("No alarm is open.");
    }

    private static void Show(AlarmRow alarm)
    {
        Print.Line($"{alarm.Key}");
        Print.Line($"    {AlarmNotice.WordOf(alarm.Severity)} since {Print.Minute(alarm.Raised)}: {alarm.Text}");
        Print.Why(alarm.Kind, alarm.Explanation, alarm.Remedy, Print.Line);
    }
}
