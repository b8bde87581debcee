using Packetboat.Admin.Api;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Tests;

/// <summary>Whether mail will arrive.</summary>
public sealed partial class ControlSocketTests
{
    [Fact]
    public async Task The_verb_about_arrival_arrives_too()
    {
        using ControlClient client = await ConnectAsync();

        Assert.Equal(
            new ArrivalReport("MYBBS", "enforce", "account"),
            (await client.ArrivalAsync("MYBBS", "enforce", "a list", Ct)).Value
        );
        await client.ArrivalAsync("MYBBS", null, "", Ct);

        Assert.Equal(["arrival MYBBS enforce a list", "arrival MYBBS - "], _operations.Asked);
    }

    private sealed partial class RecordedOperations
    {
        public Task<Result<ArrivalReport>> ArrivalAsync(string id, string? policy, string reason, CancellationToken ct) =>
            Say<Result<ArrivalReport>>($"arrival {id} {policy ?? "-"} {reason}", new ArrivalReport(id, "enforce", "account"));
    }
}
