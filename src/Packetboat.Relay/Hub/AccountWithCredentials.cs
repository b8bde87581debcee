namespace Packetboat.Relay.Hub;

/// <summary>What a sign-in needs to know of an account, in one read.</summary>
public sealed record AccountWithCredentials(
    Account Account,
    IReadOnlyList<Credential> Credentials,
    IReadOnlyList<AccountDomain> Domains
)
{
    public AccountWithCredentials(Account account, IReadOnlyList<Credential> credentials)
        : this(account, credentials, []) { }
}
