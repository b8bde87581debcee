namespace Packetboat.Relay.Operations;

/// <summary>What an invitation is to be.</summary>
public sealed record InvitationWish
{
    /// <summary>The account that it is for; null: whoever comes may choose.</summary>
    public string? Id { get; init; }

    /// <summary>From which the node will send; null: it says so itself.</summary>
    public string? Domain { get; init; }

    /// <summary>Accounts that may be made by it.</summary>
    public int Uses { get; init; } = 1;

    /// <summary>Null: a week.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>The operator's words.</summary>
    public string Note { get; init; } = "";
}
