using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>The tokens that relays are signed in to with.</summary>
public sealed partial class ControlClient
{
    public Task<IReadOnlyList<TokenRow>> ListTokensAsync(CancellationToken ct) =>
        AskAsync(Verbs.TokenList, new OperationRequest(), Json.IReadOnlyListTokenRow, ct);

    public Task<Result<Done>> SetTokenAsync(string name, string refresh, TimeSpan? life, CancellationToken ct) =>
        AskAsync(
            Verbs.TokenSet,
            new OperationRequest
            {
                Id = name,
                Password = refresh,
                Life = life,
            },
            Json.ResultDone,
            ct
        );

    public Task<Result<Done>> ForgetTokenAsync(string name, CancellationToken ct) =>
        AskAsync(Verbs.TokenForget, new OperationRequest { Id = name }, Json.ResultDone, ct);
}
