using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Invitations.</summary>
public static partial class ControlApi
{
    private static void MapInvitations(IEndpointRouteBuilder routes, IOperations operations)
    {
        InvitationsJson json = InvitationsJson.Default;
        Verb(
            routes,
            Verbs.Invite,
            json.ResultIssuedInvitation,
            (ask, ct) => operations.By(ask.By).InviteAsync(ask.Invitation ?? new InvitationWish(), ct)
        );
        Verb(routes, Verbs.ListInvitations, json.IReadOnlyListInvitationRow, (_, ct) => operations.ListInvitationsAsync(ct));
        Verb(
            routes,
            Verbs.RevokeInvitation,
            json.ResultInvitationRow,
            (ask, ct) => operations.By(ask.By).RevokeInvitationAsync(ask.Id ?? "", ct)
        );
        Verb(routes, Verbs.ListApplications, json.IReadOnlyListApplicationRow, (_, ct) => operations.ListApplicationsAsync(ct));
        Verb(routes, Verbs.Approve, json.ResultInvitationRow, (ask, ct) => operations.By(ask.By).ApproveAsync(ask.Id ?? "", ct));
        Verb(routes, Verbs.Refuse, Json.ResultDone, (ask, ct) => operations.By(ask.By).RefuseAsync(ask.Id ?? "", ask.Reason, ct));
    }
}
