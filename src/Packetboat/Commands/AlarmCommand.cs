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
        var command = new Command("list", "List the alarms that are open, the worst first") { Verbs.Json };
        command.SetAction(
            (parsed, ct) =>
                Session.RunAsync(
                    parsed,
                    async (operations, stop) =>
                    {
                        IReadOnlyList<AlarmRow> alarms = await operations.ListAlarmsAsync(stop);
                        if (parsed.GetValue(Verbs.Json))
                            Print.Json(alarms, AlarmsJson.Default.IReadOnlyListAlarmRow);
                        else if (alarms.Count == 0)
                            Print.Line("No alarm is open.");
                        else
                            foreach (AlarmRow alarm in alarms)
                                Show(alarm);
                        return ExitCode.Ok;
                    },
                    ct
                )
        );
        return command;
    }

    private static Command History()
    {
        Option<int> limit = TypedOption.Count("--limit", "Rows at most", DefaultLimit);
        var command = new Command("history", "List what was raised and cleared, newest first") { limit, Verbs.Json };
        command.SetAction(
            (parsed, ct) =>
                Session.RunAsync(
                    parsed,
                    async (operations, stop) =>
                    {
                        IReadOnlyList<AlarmEventRow> events = await operations.AlarmHistoryAsync(parsed.GetValue(limit), stop);
                        if (parsed.GetValue(Verbs.Json))
                            Print.Json(events, AlarmsJson.Default.IReadOnlyListAlarmEventRow);
                        else
                            Print.Table(
                                ["WHEN", "WHAT", "KIND", "KEY", "TEXT"],
                                events.Select(e => new[] { Print.Minute(e.At), e.Event, e.Kind, e.Key, e.Text }),
                                "No alarm was raised yet."
                            );
                        return ExitCode.Ok;
                    },
                    ct
                )
        );
        return command;
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
        var command = new Command("clear", "Clear an alarm; if it is still so, it comes back") { key, reason, Verbs.Json };
        command.SetAction(
            (parsed, ct) =>
                Session.RunAsync(
                    parsed,
                    async (operations, stop) =>
                        Session.Answer(
                            parsed,
                            await operations.ClearAlarmAsync(parsed.GetValue(key)!, parsed.GetValue(reason)!, stop)
                        ),
                    ct
                )
        );
        return command;
    }

    private static Command Test()
    {
        var command = new Command("test", "Raise an alarm and clear it, to see whether it arrives") { Verbs.Json };
        command.SetAction(
            (parsed, ct) =>
                Session.RunAsync(
                    parsed,
                    async (operations, stop) => Session.Answer(parsed, await operations.TestAlarmAsync(stop)),
                    ct
                )
        );
        return command;
    }

    private static void Show(AlarmRow alarm)
    {
        Print.Line($"{alarm.Key}");
        Print.Line($"    {AlarmNotice.WordOf(alarm.Severity)} since {Print.Minute(alarm.Raised)}: {alarm.Text}");
        Print.Why(alarm.Kind, alarm.Explanation, alarm.Remedy, Print.Line);
    }
}
