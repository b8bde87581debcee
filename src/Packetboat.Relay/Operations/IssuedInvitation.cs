namespace Packetboat.Relay.Operations;

/// <summary>A new invitation: its code is shown once, then only its hash is known.</summary>
/// <param name="Invitation">Without the code.</param>
/// <param name="Code">The code.</param>
/// <param name="Command">What the sysop runs; null while <c>EnrolmentPort</c> is not set.</param>
public sealed record IssuedInvitation(InvitationRow Invitation, string Code, string? Command)
{
    /// <summary>Without the code.</summary>
    public override string ToString() => Invitation.Name;
}
