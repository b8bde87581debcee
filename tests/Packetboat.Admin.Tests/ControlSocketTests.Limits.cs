using Packetboat.Admin.Api;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Tests;

/// <summary>Limits.</summary>
public sealed partial class ControlSocketTests
{
    [Fact(Timeout = 30_000)]
    public async Task The_verbs_about_limits_arrive_too()
    {
        using ControlClient client = await ConnectAsync();

        Assert.Equal(RecordedOperations.Limit, Assert.Single((await client.ShowLimitsAsync("MYBBS", Ct)).Value!.Limits));
        string[] changes = ["MessagesPerDay=500", "MessagesPerDayAction=hold"];
        Assert.Equal("no such", (await client.SetLimitsAsync("MYBBS", changes, "a list", Ct)).Refusal!.Reason);

        Assert.Equal(["limits MYBBS", "limit MYBBS MessagesPerDay=500 MessagesPerDayAction=hold a list"], _operations.Asked);
    }

    private sealed partial class RecordedOperations
    {
        public static LimitRow Limit { get; } = new("MessagesPerDay", 500, "hold", "account", "default", 3, 497, Time);

        public Task<Result<AccountLimitsReport>> ShowLimitsAsync(string id, CancellationToken ct) =>
            Say<Result<AccountLimitsReport>>($"limits {id}", new AccountLimitsReport(id, [Limit]));

        public Task<Result<AccountLimitsReport>> SetLimitsAsync(
            string id,
            IReadOnlyList<string> changes,
            string reason,
            CancellationToken ct
        ) =>
            Say<Result<AccountLimitsReport>>(
                $"limit {id} {string.Join(' ', changes)} {reason}",
                new Refusal(id, "no such", "look again")
            );
    }
}
