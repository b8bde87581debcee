using Packetboat.Relay.Hub;

namespace Packetboat.Testing;

/// <summary>The accounts in a dictionary, for the tests of what stands on them.</summary>
public sealed class MemoryAccountStore : IAccountStore
{
    private readonly Dictionary<string, AccountWithCredentials> _accounts = new(StringComparer.Ordinal);
    private Suspension? _relaying;

    /// <summary>Thrown by every method while it is set.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Thrown where a use is noted, and nowhere else.</summary>
    public Exception? FaultOfNotes { get; set; }

    public int UsesNoted { get; private set; }

    public ValueTask<bool> AddAsync(Account account, CancellationToken ct) =>
        Answer(_accounts.TryAdd(account.Id.LoginForm, new AccountWithCredentials(account, [])));

    public ValueTask<bool> RemoveAsync(QwkId id, CancellationToken ct) => Answer(_accounts.Remove(id.LoginForm));

    public ValueTask<IReadOnlyList<Account>> ListAsync(CancellationToken ct) =>
        Answer<IReadOnlyList<Account>>([
            .. _accounts.Values.Select(a => a.Account).OrderBy(a => a.Id.Text, StringComparer.Ordinal),
        ]);

    public ValueTask<AccountWithCredentials?> FindAsync(string loginForm, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested(); // as the real one does
        return Answer(_accounts.GetValueOrDefault(loginForm));
    }

    public ValueTask<bool> SetSuspensionAsync(QwkId id, Suspension suspension, CancellationToken ct) =>
        Change(id, found => found with { Account = found.Account with { Suspension = suspension } });

    public ValueTask<bool> ResumeAsync(QwkId id, Func<UsageCounters>? counters, CancellationToken ct) =>
        Change(id, found => found with { Account = found.Account with { Suspension = null } });

    public ValueTask<Suspension?> FindRelayingSuspensionAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Answer(_relaying);
    }

    public ValueTask SetRelayingSuspensionAsync(Suspension? suspension, CancellationToken ct)
    {
        _relaying = suspension;
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> SetDomainAsync(AccountDomain domain, CancellationToken ct) =>
        Change(
            domain.Account,
            found => found with { Domains = [.. found.Domains.Where(other => other.Name != domain.Name), domain] }
        );

    public ValueTask<bool> UpdateDomainAsync(AccountDomain domain, CancellationToken ct) =>
        _accounts.TryGetValue(domain.Account.LoginForm, out AccountWithCredentials? found)
        && found.Domains.Any(known => known.Name == domain.Name && known.Token == domain.Token)
            ? SetDomainAsync(domain, ct)
            : Answer(false);

    public ValueTask<bool> RemoveDomainAsync(QwkId id, string domain, CancellationToken ct) =>
        Change(id, found => found with { Domains = [.. found.Domains.Where(other => other.Name != domain)] });

    public ValueTask<bool> SetCredentialAsync(Credential credential, CancellationToken ct) =>
        Change(credential.Account, found => With(found, credential));

    public ValueTask<bool> RemoveCredentialAsync(QwkId id, string credential, CancellationToken ct) =>
        Change(id, found => found with { Credentials = [.. found.Credentials.Where(c => c.Name != credential)] });

    public async ValueTask NoteUseAsync(QwkId id, string credential, CredentialUse use, CancellationToken ct)
    {
        if (FaultOfNotes is not null)
            throw FaultOfNotes;
        await Change(id, found => With(found, found.Credentials.Single(c => c.Name == credential) with { LastUse = use }));
        UsesNoted++;
    }

    public ValueTask<bool> SetSignInRuleAsync(QwkId id, SignInRule rule, CancellationToken ct) =>
        Change(id, found => found with { Account = found.Account with { SignIn = rule } });

    public ValueTask<Credential?> FindKeyAsync(byte[] keyHash, CancellationToken ct) =>
        Answer(_accounts.Values.SelectMany(a => a.Credentials).FirstOrDefault(c => c.HasKey(keyHash)));

    public ValueTask<bool> HasKeysAsync(CancellationToken ct) =>
        Answer(_accounts.Values.Any(a => a.Credentials.Any(c => c.KeyHash is not null)));

    public ValueTask<bool> HasReversibleSecretsAsync(CancellationToken ct) =>
        Answer(_accounts.Values.Any(a => a.Credentials.Any(c => c.ReversibleSecret is not null)));

    private static AccountWithCredentials With(AccountWithCredentials found, Credential credential) =>
        found with
        {
            Credentials = [.. found.Credentials.Where(c => c.Name != credential.Name), credential],
        };

    private ValueTask<bool> Change(QwkId id, Func<AccountWithCredentials, AccountWithCredentials> change)
    {
        if (!_accounts.TryGetValue(id.LoginForm, out AccountWithCredentials? found))
            return Answer(false);
        _accounts[id.LoginForm] = change(found);
        return Answer(true);
    }

    private ValueTask<T> Answer<T>(T answer) => Fault is null ? new(answer) : ValueTask.FromException<T>(Fault);
}
