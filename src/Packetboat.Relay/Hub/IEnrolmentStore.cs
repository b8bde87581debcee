namespace Packetboat.Relay.Hub;

/// <summary>Invitations and applications, kept. A change is durable when its method returns.</summary>
public interface IEnrolmentStore
{
    /// <summary>False when one of that name exists. Those that are long over are forgotten on this occasion.</summary>
    ValueTask<bool> AddInvitationAsync(Invitation invitation, CancellationToken ct);

    /// <summary>The newest first.</summary>
    ValueTask<IReadOnlyList<Invitation>> ListInvitationsAsync(CancellationToken ct);

    ValueTask<Invitation?> FindInvitationAsync(string name, CancellationToken ct);

    /// <summary>False when there is none, or it was revoked before.</summary>
    ValueTask<bool> RevokeInvitationAsync(string name, DateTimeOffset at, CancellationToken ct);

    /// <summary>The account that a node has made by an invitation before; null: none.</summary>
    ValueTask<QwkId?> FindEnrolledAsync(string invitation, byte[] keyHash, CancellationToken ct);

    /// <summary>
    /// Makes the account and counts the use, both or neither, whoever else tries the same at the same moment. Whether the code is right
    /// has been seen before.
    /// </summary>
    ValueTask<NewNodeOutcome> EnrolAsync(NewNode node, DateTimeOffset now, CancellationToken ct);

    /// <summary>False when one of that name exists, or too many wait already. Those that are over are forgotten on this occasion.</summary>
    ValueTask<bool> AddApplicationAsync(Application application, CancellationToken ct);

    /// <summary>The oldest first, those refused included.</summary>
    ValueTask<IReadOnlyList<Application>> ListApplicationsAsync(CancellationToken ct);

    ValueTask<Application?> FindApplicationAsync(string name, CancellationToken ct);

    /// <summary>In its place stands the invitation. False when it is gone, or was refused.</summary>
    ValueTask<bool> ApproveAsync(Invitation invitation, CancellationToken ct);

    /// <summary>False when it is gone, or was refused before.</summary>
    ValueTask<bool> RefuseAsync(string name, string reason, DateTimeOffset at, CancellationToken ct);
}
