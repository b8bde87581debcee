using System.Globalization;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary>
/// <c>packetboat status --check</c>, for Nagios, Icinga and whoever calls their plugins: the exit code, and one line first, with figures
/// behind a bar.
/// </summary>
internal static class StatusCheck
{
    public const int Ok = 0;

    /// <summary>What has to be looked at, in time.</summary>
    public const int Warning = 1;

    /// <summary>What has to be looked at now; and that no server runs.</summary>
    public const int Critical = 2;

    /// <summary>The installation could not be asked.</summary>
    public const int Unknown = 3;

    public static int ExitCodeOf(StatusReport status) =>
        !status.IsRunning ? Critical
        : status.Alarms.Count == 0 ? Ok
        : (int)status.Alarms.Max(alarm => alarm.Severity);

    public static string Line(StatusReport status, DateTimeOffset now)
    {
        string state = ExitCodeOf(status) switch
        {
            Ok => "OK",
            Warning => "WARNING",
            _ => "CRITICAL",
        };
        string what =
            !status.IsRunning ? "the server does not run"
            : status.Alarms.Count == 0 ? "no alarm"
            : $"{Print.Count(status.Alarms.Count, "alarm")}: {string.Join(", ", status.Alarms.Select(alarm => alarm.Kind).Distinct(StringComparer.Ordinal))}";
        double age = status.Oldest is { } oldest ? Math.Max(0, (now - oldest).TotalSeconds) : 0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"PACKETBOAT {state} - {what} | waiting={status.Waiting} sending={status.Sending} held={status.Held} oldest={age:0}s alarms={status.Alarms.Count}"
        );
    }
}
