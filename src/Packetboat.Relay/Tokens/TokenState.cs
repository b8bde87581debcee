namespace Packetboat.Relay.Tokens;

/// <summary>How a token stands.</summary>
/// <param name="Trouble">Why it brings no access token; empty: it does, or was not asked yet.</param>
/// <param name="Since">When its refresh token was got; null: there is none.</param>
/// <param name="Ends">When that ends; null: not known, or there is none.</param>
public sealed record TokenState(string Trouble, DateTimeOffset? Since, DateTimeOffset? Ends)
{
    /// <summary>Nobody has to act: its giver cannot be asked, or has trouble of his own.</summary>
    public bool IsPassing { get; init; }
}
