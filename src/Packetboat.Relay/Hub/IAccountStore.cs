namespace Packetboat.Relay.Hub;

/// <summary>
/// The accounts, kept. A change is durable when its method returns. Methods answer false where the account, or the credential, is not
/// there (any more): two operators may be at work.
/// </summary>
public interface IAccountStore
{
    /// <summary>False when an account of that login form exists.</summary>
    ValueTask<bool> AddAsync(Account account, CancellationToken ct);

    /// <summary>With its credentials.</summary>
    ValueTask<bool> RemoveAsync(QwkId id, CancellationToken ct);

    /// <summary>In the order of their names.</summary>
    ValueTask<IReadOnlyList<Account>> ListAsync(CancellationToken ct);

    /// <summary>By <see cref="QwkId.LoginForm"/>.</summary>
    ValueTask<AccountWithCredentials?> FindAsync(string loginForm, CancellationToken ct);

    ValueTask<bool> SetSuspensionAsync(QwkId id, Suspension suspension, CancellationToken ct);

    /// <summary>Ends the account's suspension.</summary>
    /// <param name="id">Whose.</param>
    /// <param name="counters">To be written in the same transaction; null: nothing is counted.</param>
    /// <param name="ct">Ends the waiting.</param>
    ValueTask<bool> ResumeAsync(QwkId id, Func<UsageCounters>? counters, CancellationToken ct);

    /// <summary>The one that stops all relaying, as it was last set; it may have ended since.</summary>
    ValueTask<Suspension?> FindRelayingSuspensionAsync(CancellationToken ct);

    /// <summary>Null lets relaying go on.</summary>
    ValueTask SetRelayingSuspensionAsync(Suspension? suspension, CancellationToken ct);

    /// <summary>Adds the domain, or replaces the one of its name.</summary>
    ValueTask<bool> SetDomainAsync(AccountDomain domain, CancellationToken ct);

    /// <summary>Files what the DNS said. False where the domain is not there any more, or has another token by now.</summary>
    ValueTask<bool> UpdateDomainAsync(AccountDomain domain, CancellationToken ct);

    ValueTask<bool> RemoveDomainAsync(QwkId id, string domain, CancellationToken ct);

    /// <summary>Adds the credential, or replaces the one of its name.</summary>
    ValueTask<bool> SetCredentialAsync(Credential credential, CancellationToken ct);

    ValueTask<bool> RemoveCredentialAsync(QwkId id, string credential, CancellationToken ct);

    /// <summary>Need not be durable when it returns: it is worth no flush of the disk.</summary>
    ValueTask NoteUseAsync(QwkId id, string credential, CredentialUse use, CancellationToken ct);

    /// <summary>How the account has to sign in from now on.</summary>
    ValueTask<bool> SetSignInRuleAsync(QwkId id, SignInRule rule, CancellationToken ct);

    /// <summary>Of which there is one at most; null: nobody has that key.</summary>
    ValueTask<Credential?> FindKeyAsync(byte[] keyHash, CancellationToken ct);

    /// <summary>Whether any credential is a key, so that a client's certificate is worth asking for.</summary>
    ValueTask<bool> HasKeysAsync(CancellationToken ct);

    /// <summary>Whether any credential has a reversible secret, so that CRAM-MD5 is worth offering.</summary>
    ValueTask<bool> HasReversibleSecretsAsync(CancellationToken ct);
}
