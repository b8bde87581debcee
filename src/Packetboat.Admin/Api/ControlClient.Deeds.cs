using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>What commands do by themselves.</summary>
public sealed partial class ControlClient
{
    public Task<Result<Done>> NoteAsync(OperatorDeed deed, string target, string reason, CancellationToken ct) =>
        AskAsync(
            Verbs.Note,
            new OperationRequest
            {
                Deed = deed,
                Id = target,
                Reason = reason,
            },
            Json.ResultDone,
            ct
        );
}
