using Packetboat.Commands;
using Packetboat.Relay.Operations;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

/// <summary>What a monitoring system hears.</summary>
public sealed class StatusCheckTests
{
    [Fact]
    public void Where_all_is_well_it_is_ok_and_the_figures_are_there_all_the_same() =>
        Check(Status(), 0, "PACKETBOAT OK - no alarm | waiting=17 sending=1 held=2 oldest=90s alarms=0");

    [Fact]
    public void The_worst_alarm_counts()
    {
        Check(
            Status("settings", "limit:A:MessagesPerDay", "limit:B:MessagesPerDay"),
            1,
            "PACKETBOAT WARNING - 3 alarms: settings, limit | waiting=17 sending=1 held=2 oldest=90s alarms=3"
        );
        Check(
            Status("settings", "disk"),
            2,
            "PACKETBOAT CRITICAL - 2 alarms: settings, disk | waiting=17 sending=1 held=2 oldest=90s alarms=2"
        );
    }

    [Fact]
    public void A_server_that_does_not_run_is_critical() =>
        Check(
            Status() with
            {
                IsRunning = false,
            },
            2,
            "PACKETBOAT CRITICAL - the server does not run | waiting=17 sending=1 held=2 oldest=90s alarms=0"
        );

    private static void Check(StatusReport status, int exitCode, string line)
    {
        Assert.Equal(exitCode, StatusCheck.ExitCodeOf(status));
        Assert.Equal(line, StatusCheck.Line(status, TestMail.Noon));
    }

    private static StatusReport Status(params string[] alarms) =>
        new(
            "1",
            "mail.example",
            IsRunning: true,
            TestMail.Noon,
            [],
            0,
            "",
            17,
            1,
            2,
            TestMail.Noon.AddSeconds(-90),
            [],
            [.. alarms.Select(key => AlarmRow.Of(new(key, TestMail.Noon, "text")))]
        );
}
