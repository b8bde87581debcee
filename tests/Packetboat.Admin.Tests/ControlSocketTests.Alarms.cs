using Packetboat.Admin.Api;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Tests;

/// <summary>Alarms.</summary>
public sealed partial class ControlSocketTests
{
    [Fact(Timeout = 30_000)]
    public async Task The_verbs_about_alarms_arrive_too()
    {
        using ControlClient client = await ConnectAsync();

        AlarmRow alarm = Assert.Single(await client.ListAlarmsAsync(Ct));
        Assert.Equal(("disk", AlarmSeverity.Critical), (alarm.Key, alarm.Severity));
        Assert.Equal("raised", Assert.Single(await client.AlarmHistoryAsync(7, Ct)).Event);
        Assert.Equal("no such alarm", (await client.ClearAlarmAsync("disk", "seen", Ct)).Refusal!.Reason);
        Assert.Equal("tested", (await client.TestAlarmAsync(Ct)).Value!.Message);

        Assert.Equal(["alarms", "history 7", "clear disk seen", "test"], _operations.Asked);
    }

    private sealed partial class RecordedOperations
    {
        public Task<IReadOnlyList<AlarmRow>> ListAlarmsAsync(CancellationToken ct) =>
            Say<IReadOnlyList<AlarmRow>>("alarms", [AlarmRow.Of(new("disk", Time, "it is full"))]);

        public Task<IReadOnlyList<AlarmEventRow>> AlarmHistoryAsync(int limit, CancellationToken ct) =>
            Say<IReadOnlyList<AlarmEventRow>>($"history {limit}", [new(Time, "raised", "disk", "disk", "it is full")]);

        public Task<Result<Done>> ClearAlarmAsync(string key, string reason, CancellationToken ct) =>
            Say<Result<Done>>($"clear {key} {reason}", new Refusal(key, "no such alarm", "look again"));

        public Task<Result<Done>> TestAlarmAsync(CancellationToken ct) => Say<Result<Done>>("test", new Done("tested"));
    }
}
