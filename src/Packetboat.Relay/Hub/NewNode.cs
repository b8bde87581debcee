using Packetboat.Relay.Operations;

namespace Packetboat.Relay.Hub;

/// <summary>An account that somebody makes for himself, and by which right: all of it is stored, or nothing.</summary>
/// <param name="Invitation">Its name.</param>
/// <param name="KeyHash">Of the node's own secret.</param>
/// <param name="Account">To be made.</param>
/// <param name="Credential">Its first.</param>
/// <param name="Domain">What it wants to send from, granted or to be proven; null: nothing yet.</param>
/// <param name="Client">The address that it came from.</param>
/// <param name="Terms">The version that was accepted.</param>
public sealed record NewNode(
    string Invitation,
    byte[] KeyHash,
    Account Account,
    Credential Credential,
    AccountDomain? Domain,
    string Client,
    string Terms
)
{
    /// <summary>For the audit trail: all that is made.</summary>
    public AuditEntry Entry =>
        new(
            Account.Created,
            new Operator($"invitation {Invitation}", Client),
            "account join",
            Account.Id.Text,
            $"account made, credential {Credential.Name}{DomainWords}, terms {Terms}"
        );

    private string DomainWords =>
        Domain switch
        {
            null => "",
            { IsUsable: true } => $", domain {Domain.Name} granted",
            _ => $", domain {Domain.Name} to be proven",
        };
}

/// <summary>What became of a <see cref="NewNode"/>.</summary>
public enum NewNodeOutcome
{
    Made,

    /// <summary>The same node has joined by the same invitation before.</summary>
    KnownBefore,

    /// <summary>Another account has the name.</summary>
    NameTaken,

    /// <summary>The invitation is gone, used up, over, or taken back.</summary>
    NotOpen,
}
