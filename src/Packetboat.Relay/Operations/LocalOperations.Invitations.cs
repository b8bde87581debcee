namespace Packetboat.Relay.Operations;

/// <summary>Invitations and applications.</summary>
public sealed partial class LocalOperations
{
    public Task<Result<IssuedInvitation>> InviteAsync(InvitationWish wish, CancellationToken ct) =>
        invitations.InviteAsync(wish, ct);

    public Task<IReadOnlyList<InvitationRow>> ListInvitationsAsync(CancellationToken ct) => invitations.ListInvitationsAsync(ct);

    public Task<Result<InvitationRow>> RevokeInvitationAsync(string name, CancellationToken ct) =>
        invitations.RevokeInvitationAsync(name, ct);

    public Task<IReadOnlyList<ApplicationRow>> ListApplicationsAsync(CancellationToken ct) =>
        invitations.ListApplicationsAsync(ct);

    public Task<Result<InvitationRow>> ApproveAsync(string name, CancellationToken ct) => invitations.ApproveAsync(name, ct);

    public Task<Result<Done>> RefuseAsync(string name, string reason, CancellationToken ct) =>
        invitations.RefuseAsync(name, reason, ct);
}
