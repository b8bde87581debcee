using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Credentials.</summary>
public sealed partial class ControlClient
{
    public Task<Result<IssuedPassword>> AddCredentialAsync(string id, CredentialWish wish, CancellationToken ct) =>
        AskAsync(Verbs.AddCredential, new OperationRequest { Id = id, Credential = wish }, Json.ResultIssuedPassword, ct);

    public Task<Result<IssuedPassword>> SetPasswordAsync(string id, CredentialWish wish, CancellationToken ct) =>
        AskAsync(Verbs.SetPassword, new OperationRequest { Id = id, Credential = wish }, Json.ResultIssuedPassword, ct);

    public Task<Result<AccountRow>> RequireAsync(string id, SignInRule rule, CancellationToken ct) =>
        AskAsync(Verbs.Require, new OperationRequest { Id = id, SignIn = rule }, Json.ResultAccountRow, ct);

    public Task<Result<AccountRow>> RevokeCredentialAsync(string id, string name, string reason, CancellationToken ct) =>
        AskAsync(
            Verbs.RevokeCredential,
            new OperationRequest
            {
                Id = id,
                Credential = new CredentialWish { Name = name },
                Reason = reason,
            },
            Json.ResultAccountRow,
            ct
        );
}
