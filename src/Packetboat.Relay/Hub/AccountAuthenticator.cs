using System.Data.Common;
using Packetboat.Protocol.Sasl;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Answers the mechanisms' questions about accounts. A name that nobody has takes the same path as one that somebody has: one read, one
/// derivation, the same answer.
/// </summary>
public sealed class AccountAuthenticator(IAccountStore store, SecretBox box, TimeProvider clock) : ISaslAccounts, IDisposable
{
    private readonly VerifiedPasswords _verified = new(clock);

    // A derivation is nothing but arithmetic: more at once than there are processors makes each slower, and starves the sessions.
    private readonly SemaphoreSlim _derivations = new(Environment.ProcessorCount);

    private int _derivationCount;

    /// <summary>Where a test's clock stands still, everything happens in its turn: on the caller's thread.</summary>
    internal bool DerivesInline { get; init; }

    /// <summary>Derivations so far: what remembering is there to save.</summary>
    internal int DerivationCount => _derivationCount;

    public async ValueTask<SaslIdentity?> VerifyPasswordAsync(string name, string password, CancellationToken ct)
    {
        if (!SaslText.TryPrepare(password, out string? prepared))
            return null;

        string loginForm = QwkId.LoginFormOf(name);
        IReadOnlyList<Credential> credentials = await CredentialsOfAsync(loginForm, ct);
        if (FindRemembered(loginForm, prepared, credentials) is { } remembered)
            return IdentityOf(remembered);

        await _derivations.WaitAsync(ct);
        try
        {
            // Several connections of one node may have waited for the same password.
            Credential? owner =
                FindRemembered(loginForm, prepared, credentials)
                ?? await DeriveAndFindAsync(loginForm, prepared, ReadVerifiers(credentials));
            return owner is null ? null : IdentityOf(owner);
        }
        finally
        {
            _derivations.Release();
        }
    }

    public async ValueTask<SaslIdentity?> VerifyKeyAsync(string name, byte[] keyHash, CancellationToken ct)
    {
        Credential? key = await FindKeyAsync(keyHash, ct);
        return key is not null && (name.Length == 0 || QwkId.LoginFormOf(name) == key.Account.LoginForm) ? IdentityOf(key) : null;
    }

    /// <summary>Whether an account signs in by this key. Not while the store does not answer: EHLO must not depend on it.</summary>
    public async ValueTask<bool> IsKeyOfSomebodyAsync(byte[] keyHash, CancellationToken ct)
    {
        try
        {
            return await FindKeyAsync(keyHash, ct) is not null;
        }
        catch (CredentialsUnavailableException)
        {
            return false;
        }
    }

    /// <summary>Whether a client's certificate is worth asking for. Not while the store does not answer, as above.</summary>
    public async ValueTask<bool> HasKeysAsync(CancellationToken ct)
    {
        try
        {
            return await store.HasKeysAsync(ct);
        }
        catch (Exception fault) when (IsStoreFault(fault))
        {
            return false;
        }
    }

    public async ValueTask<ScramAccount> FindScramAsync(string name, CancellationToken ct)
    {
        string loginForm = QwkId.LoginFormOf(name);
        List<(Credential Credential, ScramVerifier Verifier)> known = ReadVerifiers(await CredentialsOfAsync(loginForm, ct));
        if (known.Count == 0)
            return new ScramAccount(SaltForUnknown(loginForm), ScramVerifier.DefaultIterations, []);

        // The newest decides the salt; one of another salt, such as an import, can still be used with PLAIN.
        ScramVerifier newest = known[0].Verifier;
        return new ScramAccount(
            newest.Salt.ToArray(),
            newest.Iterations,
            [
                .. known
                    .Where(k => k.Verifier.HasSaltOf(newest))
                    .Select(k => new ScramCandidate(IdentityOf(k.Credential), k.Verifier)),
            ]
        );
    }

    public async ValueTask<IReadOnlyList<SharedSecret>> FindSecretsAsync(string name, CancellationToken ct)
    {
        IReadOnlyList<Credential> credentials = await CredentialsOfAsync(QwkId.LoginFormOf(name), ct);
        return [.. credentials.Where(c => c.ReversibleSecret is not null).Select(OpenSecret)];
    }

    /// <summary>
    /// What a session needs to know of the account that has signed in, and notes the use. Null when the account or the credential was
    /// removed in the moment between: treat it as unknown.
    /// </summary>
    /// <exception cref="CredentialsUnavailableException">The store did not answer.</exception>
    public async ValueTask<AuthenticatedAccount?> AdmitAsync(SaslIdentity identity, CredentialUse use, CancellationToken ct)
    {
        AccountWithCredentials? found = await FindAsync(QwkId.LoginFormOf(identity.Account), ct);
        if (found?.Credentials.FirstOrDefault(c => c.Name == identity.Credential) is not { } used)
            return null;
        AuthenticatedAccount account = Present(found, used);
        if (account.SignIn.Allows(use) && use.IsNewsAfter(used.LastUse))
            await NoteUseAsync(used, use, ct);
        return account;
    }

    /// <summary>
    /// The account as it is now, for a session that signed in some time ago. Null when it was removed, or the credential was revoked or
    /// replaced.
    /// </summary>
    /// <exception cref="CredentialsUnavailableException">The store did not answer.</exception>
    public async ValueTask<AuthenticatedAccount?> FindAgainAsync(AuthenticatedAccount signedIn, CancellationToken ct) =>
        await FindAsync(signedIn.Id.LoginForm, ct) is { } found
        && found.Credentials.FirstOrDefault(signedIn.By.IsSameAs) is { } still
            ? Present(found, still)
            : null;

    /// <summary>The suspension that an account is under, or everybody is; null where it may send.</summary>
    /// <exception cref="CredentialsUnavailableException">The store did not answer.</exception>
    public async ValueTask<Suspension?> FindRelayingSuspensionAsync(CancellationToken ct)
    {
        try
        {
            return await store.FindRelayingSuspensionAsync(ct) is { } all && all.IsInForce(clock.GetUtcNow()) ? all : null;
        }
        catch (Exception fault) when (IsStoreFault(fault))
        {
            throw new CredentialsUnavailableException("the account store did not answer: " + fault.Message, fault);
        }
    }

    /// <summary>Whether CRAM-MD5 is worth offering. Not while the store does not answer: EHLO must not depend on it.</summary>
    public async ValueTask<bool> HasReversibleSecretsAsync(CancellationToken ct)
    {
        try
        {
            return await store.HasReversibleSecretsAsync(ct);
        }
        catch (Exception fault) when (IsStoreFault(fault))
        {
            return false;
        }
    }

    public void Dispose() => _derivations.Dispose();

    private Credential? FindRemembered(string loginForm, string password, IReadOnlyList<Credential> credentials) =>
        credentials.FirstOrDefault(c => c.KeyHash is null && _verified.Contains(loginForm, password, c.Verifier));

    /// <summary>Milliseconds of arithmetic, which the thread that other sessions' sockets live on must not do.</summary>
    private Task<Credential?> DeriveAndFindAsync(
        string loginForm,
        string password,
        List<(Credential Credential, ScramVerifier Verifier)> known
    ) =>
        DerivesInline
            ? Task.FromResult(DeriveAndFind(loginForm, password, known))
            : Task.Run(() => DeriveAndFind(loginForm, password, known));

    /// <summary>
    /// One derivation for each salt among the credentials, which is one by rule (<see cref="CredentialIssuer"/>), and one for a name that
    /// has none, so that the time does not tell which names exist.
    /// </summary>
    private Credential? DeriveAndFind(
        string loginForm,
        string password,
        List<(Credential Credential, ScramVerifier Verifier)> known
    )
    {
        if (known.Count == 0)
            Derive(password, SaltForUnknown(loginForm), ScramVerifier.DefaultIterations);

        ScramVerifier? derived = null;
        foreach ((Credential credential, ScramVerifier verifier) in known)
        {
            if (derived?.HasSaltOf(verifier) != true)
                derived = Derive(password, verifier.Salt, verifier.Iterations);
            if (!derived.IsSameAs(verifier))
                continue;
            _verified.Add(loginForm, password, credential.Verifier);
            return credential;
        }

        return null;
    }

    private ScramVerifier Derive(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        Interlocked.Increment(ref _derivationCount);
        return ScramVerifier.Derive(password, salt, iterations);
    }

    private AuthenticatedAccount Present(AccountWithCredentials found, Credential by)
    {
        Account account = found.Account;
        bool isSuspended = account.Suspension?.IsInForce(clock.GetUtcNow()) == true;
        return new(account.Id, isSuspended ? account.Suspension : null, found.Domains, by, account.SignIn ?? SignInRule.Any);
    }

    private SharedSecret OpenSecret(Credential credential) =>
        box.TryOpen(credential.Account, credential.Name, credential.ReversibleSecret, out byte[]? secret)
            ? new SharedSecret(IdentityOf(credential), secret)
            : throw new CredentialsUnavailableException(
                $"the secret of {credential} cannot be opened with {SecretBox.FileName}: restore that file, or set the password anew"
            );

    /// <summary>Newest first.</summary>
    private static List<(Credential Credential, ScramVerifier Verifier)> ReadVerifiers(IReadOnlyList<Credential> credentials)
    {
        var known = new List<(Credential, ScramVerifier)>(credentials.Count);
        foreach (Credential credential in credentials.Where(c => c.KeyHash is null).OrderByDescending(c => c.Created))
        {
            if (!ScramVerifier.TryParse(credential.Verifier, out ScramVerifier? verifier))
                throw new CredentialsUnavailableException(
                    $"the stored verifier of {credential} is damaged: set the password anew"
                );
            known.Add((credential, verifier));
        }

        return known;
    }

    private async ValueTask<Credential?> FindKeyAsync(byte[] keyHash, CancellationToken ct)
    {
        try
        {
            return await store.FindKeyAsync(keyHash, ct);
        }
        catch (Exception fault) when (IsStoreFault(fault))
        {
            throw new CredentialsUnavailableException("the account store did not answer: " + fault.Message, fault);
        }
    }

    private async ValueTask<IReadOnlyList<Credential>> CredentialsOfAsync(string loginForm, CancellationToken ct) =>
        (await FindAsync(loginForm, ct))?.Credentials ?? [];

    private async ValueTask<AccountWithCredentials?> FindAsync(string loginForm, CancellationToken ct)
    {
        try
        {
            return await store.FindAsync(loginForm, ct);
        }
        catch (Exception fault) when (IsStoreFault(fault))
        {
            throw new CredentialsUnavailableException("the account store did not answer: " + fault.Message, fault);
        }
    }

    /// <summary>A date that cannot be written down is no reason to turn a node's mail away.</summary>
    private async ValueTask NoteUseAsync(Credential used, CredentialUse use, CancellationToken ct)
    {
        try
        {
            await store.NoteUseAsync(used.Account, used.Name, use, ct);
        }
        catch (Exception fault) when (IsStoreFault(fault))
        {
            // The commit of the message that follows meets the same fault, and reports it.
        }
    }

    private static bool IsStoreFault(Exception fault) => fault is DbException or IOException or TimeoutException;

    private byte[] SaltForUnknown(string loginForm) => box.SaltForUnknown(loginForm, ScramVerifier.SaltLength);

    private static SaslIdentity IdentityOf(Credential credential) => new(credential.Account.Text, credential.Name);
}
