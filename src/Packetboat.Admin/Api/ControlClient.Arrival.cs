using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Whether mail will arrive.</summary>
public sealed partial class ControlClient
{
    public Task<Result<ArrivalReport>> ArrivalAsync(string id, string? policy, string reason, CancellationToken ct) =>
        AskAsync(
            Verbs.Arrival,
            new OperationRequest
            {
                Id = id,
                Changes = policy is null ? [] : [policy],
                Reason = reason,
            },
            Json.ResultArrivalReport,
            ct
        );
}
