namespace Packetboat.Relay.Hub;

/// <summary>
/// Who has signed in. A suspended account signs in like any other, and the session defers its mail at MAIL with a 4xx: a Synchronet node
/// that is refused during AUTH bounces every message in its queue.
/// </summary>
/// <param name="Id">The account.</param>
/// <param name="Suspension">In force now; else null.</param>
/// <param name="Domains">In which its senders' addresses may lie, those that are not proven among them.</param>
/// <param name="By">The credential that it signed in with.</param>
/// <param name="SignIn">How it has to at least.</param>
public sealed record AuthenticatedAccount(
    QwkId Id,
    Suspension? Suspension,
    IReadOnlyList<AccountDomain> Domains,
    Credential By,
    SignInRule SignIn
);
