namespace Packetboat.Relay.Hub;

/// <summary>Leave to make an account of one's own. Who has the code has it; kept is only what recognizes the code.</summary>
/// <param name="Name">The first group of the code: how operators call it.</param>
/// <param name="CodeHash">Of the whole code.</param>
/// <param name="Id">The account that it is for; null: whoever comes may choose.</param>
/// <param name="Domain">Granted to the accounts that are made by it; may be empty.</param>
/// <param name="Uses">Accounts that may be made by it.</param>
/// <param name="Used">Accounts that were.</param>
/// <param name="Created">When the operator made it.</param>
/// <param name="Expires">From then on it is good for nothing.</param>
/// <param name="Revoked">When the operator took it back.</param>
/// <param name="Note">The operator's own words.</param>
public sealed record Invitation(
    string Name,
    byte[] CodeHash,
    QwkId? Id,
    string Domain,
    int Uses,
    int Used,
    DateTimeOffset Created,
    DateTimeOffset Expires,
    DateTimeOffset? Revoked,
    string Note
)
{
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(7);
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(366);
    public const int MaxUses = 1000;

    /// <summary>Whether an account can be made by it, or why not.</summary>
    public InvitationState StateAt(DateTimeOffset now)
    {
        if (Revoked is not null)
            return InvitationState.Revoked;
        if (Used >= Uses)
            return InvitationState.Used;
        return now < Expires ? InvitationState.Open : InvitationState.Expired;
    }

    public override string ToString() => Name;
}

/// <summary>What became of an invitation.</summary>
public enum InvitationState
{
    Open,
    Used,
    Expired,
    Revoked,
}
