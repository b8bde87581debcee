using Packetboat.Admin.Api;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Tests;

/// <summary>Invitations.</summary>
public sealed partial class ControlSocketTests
{
    [Fact(Timeout = 30_000)]
    public async Task The_verbs_about_invitations_arrive_too()
    {
        using ControlClient client = await ConnectAsync();
        var wish = new InvitationWish
        {
            Id = "MYBBS",
            Uses = 3,
            Lifetime = TimeSpan.FromHours(5),
        };

        Assert.Equal("the code", (await client.InviteAsync(wish, Ct)).Value!.Code);
        Assert.Equal("aaaaa", Assert.Single(await client.ListInvitationsAsync(Ct)).Name);
        Assert.Equal("aaaaa", (await client.RevokeInvitationAsync("aaaaa", Ct)).Value!.Name);
        Assert.Empty(await client.ListApplicationsAsync(Ct));
        Assert.Equal("no such", (await client.ApproveAsync("bbbbb", Ct)).Refusal!.Reason);
        Assert.Equal("refused", (await client.RefuseAsync("bbbbb", "no room", Ct)).Value!.Message);

        Assert.Equal(
            ["invite MYBBS 3 05:00:00", "invitations", "revoke aaaaa", "applications", "approve bbbbb", "refuse bbbbb no room"],
            _operations.Asked
        );
    }

    private sealed partial class RecordedOperations
    {
        public Task<Result<IssuedInvitation>> InviteAsync(InvitationWish wish, CancellationToken ct) =>
            Say<Result<IssuedInvitation>>(
                $"invite {wish.Id} {wish.Uses} {wish.Lifetime}",
                new IssuedInvitation(Invitation, "the code", null)
            );

        public Task<IReadOnlyList<InvitationRow>> ListInvitationsAsync(CancellationToken ct) =>
            Say<IReadOnlyList<InvitationRow>>("invitations", [Invitation]);

        public Task<Result<InvitationRow>> RevokeInvitationAsync(string name, CancellationToken ct) =>
            Say<Result<InvitationRow>>($"revoke {name}", Invitation);

        public Task<IReadOnlyList<ApplicationRow>> ListApplicationsAsync(CancellationToken ct) =>
            Say<IReadOnlyList<ApplicationRow>>("applications", []);

        public Task<Result<InvitationRow>> ApproveAsync(string name, CancellationToken ct) =>
            Say<Result<InvitationRow>>($"approve {name}", new Refusal(name, "no such", "look again"));

        public Task<Result<Done>> RefuseAsync(string name, string reason, CancellationToken ct) =>
            Say<Result<Done>>($"refuse {name} {reason}", new Done("refused"));

        private static InvitationRow Invitation => new("aaaaa", "open", null, "", 1, 0, Time, Time, "");
    }
}
