using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Limits.</summary>
public sealed partial class ControlClient
{
    public Task<Result<AccountLimitsReport>> ShowLimitsAsync(string id, CancellationToken ct) =>
        AskAsync(Verbs.ShowLimits, new OperationRequest { Id = id }, Json.ResultAccountLimitsReport, ct);

    public Task<Result<AccountLimitsReport>> SetLimitsAsync(
        string id,
        IReadOnlyList<string> changes,
        string reason,
        CancellationToken ct
    ) =>
        AskAsync(
            Verbs.SetLimits,
            new OperationRequest
            {
                Id = id,
                Changes = changes,
                Reason = reason,
            },
            Json.ResultAccountLimitsReport,
            ct
        );
}
