namespace Packetboat.Relay.Operations;

/// <summary>The operator's verbs about how strangers become nodes.</summary>
public interface IInvitationOperations
{
    Task<Result<IssuedInvitation>> InviteAsync(InvitationWish wish, CancellationToken ct);

    /// <summary>The newest first, those that are over included.</summary>
    Task<IReadOnlyList<InvitationRow>> ListInvitationsAsync(CancellationToken ct);

    /// <param name="name">The first group of the code, or all of it.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<InvitationRow>> RevokeInvitationAsync(string name, CancellationToken ct);

    /// <summary>The oldest first, those that were refused included.</summary>
    Task<IReadOnlyList<ApplicationRow>> ListApplicationsAsync(CancellationToken ct);

    /// <summary>The applicant may then join by the code that he has.</summary>
    Task<Result<InvitationRow>> ApproveAsync(string name, CancellationToken ct);

    /// <param name="name">Of the application.</param>
    /// <param name="reason">What the applicant reads.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<Done>> RefuseAsync(string name, string reason, CancellationToken ct);
}
