using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>How far providers have come to know our addresses.</summary>
public sealed partial class ControlClient
{
    public Task<IReadOnlyList<WarmUpRow>> ListWarmUpsAsync(int limit, CancellationToken ct) =>
        AskAsync(Verbs.WarmUpList, new OperationRequest { Limit = limit }, Json.IReadOnlyListWarmUpRow, ct);

    public Task<Result<Done>> ForgetWarmUpsAsync(string address, string reason, CancellationToken ct) =>
        AskAsync(Verbs.WarmUpForget, new OperationRequest { Id = address, Reason = reason }, Json.ResultDone, ct);
}
