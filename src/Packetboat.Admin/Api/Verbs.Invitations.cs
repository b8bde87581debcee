namespace Packetboat.Admin.Api;

/// <summary>Invitations.</summary>
internal static partial class Verbs
{
    public const string Invite = "/v1/invite/new";
    public const string ListInvitations = "/v1/invite/list";
    public const string RevokeInvitation = "/v1/invite/revoke";
    public const string ListApplications = "/v1/invite/requests";
    public const string Approve = "/v1/invite/approve";
    public const string Refuse = "/v1/invite/refuse";
}
