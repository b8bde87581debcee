using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>An account, without its secrets.</summary>
/// <param name="Id">The QWK-ID.</param>
/// <param name="Created">When.</param>
/// <param name="Note">The operator's words.</param>
/// <param name="Suspended">Since when; null: it may send.</param>
/// <param name="SuspendedUntil">Null while suspended: until resumed.</param>
/// <param name="Reason">Of the suspension.</param>
/// <param name="Credentials">Its ways to sign in.</param>
/// <param name="Queued">While suspended: what becomes of its queued mail.</param>
/// <param name="Answer">While suspended: what its new mail meets.</param>
/// <param name="Domains">In which its senders' addresses may lie.</param>
/// <param name="Limits">How much it may send, and what it has used; null in a list of accounts.</param>
/// <param name="SignIn">How it has to sign in at least; null: as it likes.</param>
public sealed record AccountRow(
    string Id,
    DateTimeOffset Created,
    string Note,
    DateTimeOffset? Suspended,
    DateTimeOffset? SuspendedUntil,
    string Reason,
    IReadOnlyList<CredentialRow> Credentials,
    QueuedMail? Queued = null,
    SuspendedAnswer? Answer = null,
    IReadOnlyList<DomainRow>? Domains = null,
    IReadOnlyList<LimitRow>? Limits = null,
    SignInRule? SignIn = null
);
