namespace Packetboat.Relay.Operations;

/// <summary>An invitation, without its code.</summary>
/// <param name="Name">The first group of the code.</param>
/// <param name="State">open, used, expired, revoked.</param>
/// <param name="Id">The account that it is for; null: any.</param>
/// <param name="Domain">May be empty.</param>
/// <param name="Uses">Accounts that may be made by it.</param>
/// <param name="Used">Accounts that were.</param>
/// <param name="Created">When.</param>
/// <param name="Expires">When it ends.</param>
/// <param name="Note">The operator's words.</param>
public sealed record InvitationRow(
    string Name,
    string State,
    string? Id,
    string Domain,
    int Uses,
    int Used,
    DateTimeOffset Created,
    DateTimeOffset Expires,
    string Note
);
