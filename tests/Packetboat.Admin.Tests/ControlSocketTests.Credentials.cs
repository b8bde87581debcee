using Packetboat.Admin.Api;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Tests;

/// <summary>Credentials.</summary>
public sealed partial class ControlSocketTests
{
    [Fact(Timeout = 30_000)]
    public async Task The_verbs_about_credentials_arrive_too()
    {
        using ControlClient client = await ConnectAsync();
        var wish = new CredentialWish { Name = "laptop", AllowCramMd5 = true };

        IssuedPassword issued = (await client.AddCredentialAsync("MYBBS", wish, Ct)).Value!;
        Assert.Equal(("laptop", "generated"), (issued.Credential, issued.GeneratedPassword));
        Assert.Equal("no such", (await client.RevokeCredentialAsync("MYBBS", "laptop", "lost", Ct)).Refusal!.Reason);

        Assert.Null((await client.RequireAsync("MYBBS", new SignInRule(["EXTERNAL", "PLAIN"], RequiresTls: true), Ct)).Refusal);

        Assert.Equal(
            ["credential add MYBBS laptop  True", "credential revoke MYBBS laptop lost", "require MYBBS EXTERNAL PLAIN True"],
            _operations.Asked
        );
    }

    private sealed partial class RecordedOperations
    {
        public Task<Result<IssuedPassword>> AddCredentialAsync(string id, CredentialWish wish, CancellationToken ct) =>
            Say<Result<IssuedPassword>>(
                $"credential add {id} {wish.Name} {wish.Password} {wish.AllowCramMd5}",
                new IssuedPassword(Row(""), wish.Name, "generated")
            );

        public Task<Result<IssuedPassword>> SetPasswordAsync(string id, CredentialWish wish, CancellationToken ct) =>
            Say<Result<IssuedPassword>>(
                $"password {id} {wish.Name} {wish.Password} {wish.AllowCramMd5}",
                new IssuedPassword(Row(""), "default", null)
            );

        public Task<Result<AccountRow>> RequireAsync(string id, SignInRule rule, CancellationToken ct) =>
            Say<Result<AccountRow>>($"require {id} {string.Join(' ', rule.Mechanisms)} {rule.RequiresTls}", Row(""));

        public Task<Result<AccountRow>> RevokeCredentialAsync(string id, string name, string reason, CancellationToken ct) =>
            Say<Result<AccountRow>>($"credential revoke {id} {name} {reason}", new Refusal(name, "no such", "look again"));
    }
}
