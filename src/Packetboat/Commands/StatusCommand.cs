using System.CommandLine;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.Commands;

/// <summary><c>packetboat status</c>: how the installation is doing, alarms first in the exit code.</summary>
internal static class StatusCommand
{
    private const int ShownChanges = 5;

    public static Command Create()
    {
        var check = new Option<bool>("--check")
        {
            Description =
                "For monitoring: one line first, and exit with 0 when all is well, 1 warning, 2 critical, 3 cannot be asked",
        };
        var command = new Command("status", "Say how the installation is doing") { check, Verbs.Json };
        command.SetAction(
            async (parsed, ct) =>
            {
                bool hasAnswered = false;
                int exitCode = await Session.RunAsync(
                    parsed,
                    async (operations, stop) =>
                    {
                        StatusReport status = await operations.StatusAsync(stop);
                        hasAnswered = true;
                        if (parsed.GetValue(check) && !parsed.GetValue(Verbs.Json))
                            Print.Line(StatusCheck.Line(status, TimeProvider.System.GetUtcNow()));
                        if (parsed.GetValue(Verbs.Json))
                            Print.Json(status, OperationsJson.Default.StatusReport);
                        else
                            Show(status);
                        return parsed.GetValue(check) ? StatusCheck.ExitCodeOf(status) : ExitCode.Ok;
                    },
                    ct
                );
                if (hasAnswered || !parsed.GetValue(check))
                    return exitCode;
                Print.Line("PACKETBOAT UNKNOWN - it cannot be asked");
                return StatusCheck.Unknown;
            }
        );
        return command;
    }

    /// <summary>The last few of a day: what else there was stands in the log.</summary>
    private static IEnumerable<RouteChange> Lately(IEnumerable<RouteChange> changes)
    {
        DateTimeOffset yesterday = TimeProvider.System.GetUtcNow().AddDays(-1);
        return changes.Where(change => change.At > yesterday).Take(ShownChanges);
    }

    private static void Show(StatusReport status)
    {
        string running = status.Started is { } since ? $"running since {Print.Minute(since)}" : "not running";
        Print.Line($"packetboat {status.Version}, {status.HostName}, {running}");
        foreach (string listener in status.Listeners)
            Print.Line($"listens   {listener}");
        if (status.IsRunning)
            Print.Line($"sessions  {status.Sessions}");
        Print.Line($"mail goes {status.Delivery}");
        foreach (MovedMail moved in status.Moves ?? [])
            Print.Line(
                $"moved     {moved.What} by the relay since {Print.Minute(moved.Since)}, direct is tried again {Print.Minute(moved.NextTry)}: {moved.Reason}"
            );
        foreach (RouteChange change in Lately(status.Changes ?? []))
            Print.Line($"changed   {Print.Minute(change.At)}: {change.Text}");
        if (status.Relaying is { } all)
            Print.Line(SuspensionCommands.Describe(all));
        string oldest = status.Oldest is { } accepted ? $", the oldest of {Print.Minute(accepted)}" : "";
        Print.Line($"queue     {status.Waiting} waiting, {status.Sending} being sent, {status.Held} held{oldest}");
        foreach (RouteTrouble route in status.Routes)
        {
            Print.Line(
                $"route     {route.Route} is {(route.IsParked ? "parked" : "closed")} until {Print.Minute(route.NextTry)}: {route.Reason}"
            );
            Print.Why(route.Explanation.Length == 0 ? "" : route.Class, route.Explanation, route.Remedy, Print.Line);
        }

        if (status.Doctor is { } doctor)
            Print.Line(
                $"doctor    {DoctorReport.WordOf(doctor.Verdict)} at {Print.Minute(doctor.At)}{(doctor.Reason.Length > 0 ? $" ({doctor.Reason})" : "")}{(doctor.First.Length > 0 ? $": {doctor.First}" : "")}"
            );

        foreach (AlarmRow alarm in status.Alarms)
            Print.Line($"ALARM     since {Print.Minute(alarm.Raised)}: {alarm.Text}");

        if (status.Alarms.Count == 0)
            Print.Line("alarms    none");
    }
}
