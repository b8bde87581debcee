using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Which servers have had TLS.</summary>
public sealed partial class ControlClient
{
    public Task<IReadOnlyList<TlsHostRow>> ListTlsHostsAsync(int limit, CancellationToken ct) =>
        AskAsync(Verbs.TlsList, new OperationRequest { Limit = limit }, Json.IReadOnlyListTlsHostRow, ct);

    public Task<Result<Done>> ForgetTlsHostAsync(string host, string reason, CancellationToken ct) =>
        AskAsync(Verbs.TlsForget, new OperationRequest { Id = host, Reason = reason }, Json.ResultDone, ct);
}
