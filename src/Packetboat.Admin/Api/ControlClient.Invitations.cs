using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Invitations.</summary>
public sealed partial class ControlClient
{
    public Task<Result<IssuedInvitation>> InviteAsync(InvitationWish wish, CancellationToken ct) =>
        AskAsync(Verbs.Invite, new OperationRequest { Invitation = wish }, InvitationsJson.Default.ResultIssuedInvitation, ct);

    public Task<IReadOnlyList<InvitationRow>> ListInvitationsAsync(CancellationToken ct) =>
        AskAsync(Verbs.ListInvitations, new OperationRequest(), InvitationsJson.Default.IReadOnlyListInvitationRow, ct);

    public Task<Result<InvitationRow>> RevokeInvitationAsync(string name, CancellationToken ct) =>
        AskAsync(Verbs.RevokeInvitation, new OperationRequest { Id = name }, InvitationsJson.Default.ResultInvitationRow, ct);

    public Task<IReadOnlyList<ApplicationRow>> ListApplicationsAsync(CancellationToken ct) =>
        AskAsync(Verbs.ListApplications, new OperationRequest(), InvitationsJson.Default.IReadOnlyListApplicationRow, ct);

    public Task<Result<InvitationRow>> ApproveAsync(string name, CancellationToken ct) =>
        AskAsync(Verbs.Approve, new OperationRequest { Id = name }, InvitationsJson.Default.ResultInvitationRow, ct);

    public Task<Result<Done>> RefuseAsync(string name, string reason, CancellationToken ct) =>
        AskAsync(Verbs.Refuse, new OperationRequest { Id = name, Reason = reason }, Json.ResultDone, ct);
}
