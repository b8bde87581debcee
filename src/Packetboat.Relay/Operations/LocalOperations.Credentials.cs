using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Packetboat.Protocol;
using Packetboat.Protocol.Sasl;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>The ways of an account to sign in.</summary>
public sealed partial class LocalOperations
{
    public async Task<Result<IssuedPassword>> AddCredentialAsync(string id, CredentialWish wish, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } found)
            return NoSuchAccount(id);
        if (!CredentialName.TryParse(wish.Name, out Refusal? unfit))
            return unfit;
        if (found.Credentials.FirstOrDefault(c => CredentialName.AreSame(c.Name, wish.Name)) is { } taken)
            return new Refusal(
                wish.Name,
                $"{found.Account.Id} has a credential of this name",
                $"Choose another, or give it a new password: packetboat account password {found.Account.Id} --credential \"{taken.Name}\""
            );
        if (found.Credentials.Count >= Credential.MostOfAnAccount)
            return new Refusal(
                wish.Name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{found.Account.Id} has {found.Credentials.Count} credentials already"
                ),
                $"Revoke one that is not used: packetboat account credential list {found.Account.Id}"
            );
        return wish.KeyFingerprint is { } fingerprint
            ? await AddKeyAsync(found, wish.Name, fingerprint, ct)
            : await SetAsync(found, wish, "account credential add", ct);
    }

    public async Task<Result<IssuedPassword>> SetPasswordAsync(string id, CredentialWish wish, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } found)
            return NoSuchAccount(id);
        if (!TryChoose(found, wish.Name, out string? name, out Refusal? refusal))
            return refusal;
        if (found.Credentials.Any(c => c.Name == name && c.KeyHash is not null))
            return new Refusal(
                name,
                "it is a key and has no password",
                $"Add a password: packetboat account credential add {found.Account.Id} NAME"
            );
        Result<IssuedPassword> set = await SetAsync(found, wish with { Name = name }, "account password", ct);
        if (set.Refusal is null)
            await signOut(found.Account.Id, ct);
        return set;
    }

    public async Task<Result<AccountRow>> RevokeCredentialAsync(string id, string name, string reason, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } found)
            return NoSuchAccount(id);
        if (!TryFind(found, name, out Credential? credential, out Refusal? refusal))
            return refusal;
        QwkId account = found.Account.Id;
        if (!await accounts.RemoveCredentialAsync(account, credential.Name, ct))
            return NoSuchCredential(found, name);
        await NoteAsync("account credential revoke", account.Text, $"{credential.Name} {reason}".TrimEnd(), ct);
        await signOut(account, ct);
        return await FindAsync(id, ct) is { } left ? Row(left) : NoSuchAccount(id);
    }

    public async Task<Result<AccountRow>> RequireAsync(string id, SignInRule rule, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } found)
            return NoSuchAccount(id);
        string[] mechanisms = [.. rule.Mechanisms.Select(name => name.ToUpperInvariant()).Distinct(StringComparer.Ordinal)];
        foreach (string mechanism in mechanisms)
            if (!SaslMechanisms.All.Contains(mechanism, StringComparer.Ordinal))
                return new Refusal(
                    PrintableText.Of(mechanism, 40),
                    "there is no such mechanism here",
                    $"Choose among {string.Join(", ", SaslMechanisms.All)}"
                );
        QwkId account = found.Account.Id;
        if (!await accounts.SetSignInRuleAsync(account, rule with { Mechanisms = mechanisms }, ct))
            return NoSuchAccount(id);
        string what = mechanisms.Length == 0 ? "any mechanism" : string.Join(' ', mechanisms);
        await NoteAsync("account require", account.Text, rule.RequiresTls ? what + ", TLS" : what, ct);
        return await FindAsync(id, ct) is { } changed ? Row(changed) : NoSuchAccount(id);
    }

    private async Task<Result<IssuedPassword>> AddKeyAsync(
        AccountWithCredentials found,
        string name,
        string fingerprint,
        CancellationToken ct
    )
    {
        QwkId account = found.Account.Id;
        if (!KeyFingerprint.TryParse(fingerprint, out byte[]? hash, out Refusal? bad))
            return bad;
        if (await accounts.FindKeyAsync(hash, ct) is { } taken)
            return new Refusal(
                KeyFingerprint.Format(hash),
                $"it signs in {taken.Account} already, as its credential {taken.Name}",
                "Make another key, or revoke that one"
            );
        if (!await accounts.SetCredentialAsync(issuer.OfKey(account, name, hash), ct))
            return NoSuchAccount(account.Text);
        await NoteAsync("account credential add", account.Text, $"{name} {KeyFingerprint.Format(hash)}", ct);
        return await FindAsync(account.Text, ct) is { } changed
            ? new IssuedPassword(Row(changed), name, GeneratedPassword: null)
            : NoSuchAccount(account.Text);
    }

    private async Task<Result<IssuedPassword>> SetAsync(
        AccountWithCredentials found,
        CredentialWish wish,
        string action,
        CancellationToken ct
    )
    {
        QwkId account = found.Account.Id;
        string chosen = wish.Password ?? PasswordGenerator.Generate();
        if (!issuer.TryIssue(found, wish.Name, chosen, wish.AllowCramMd5, out Credential? credential, out Refusal? unfit))
            return unfit;
        if (!await accounts.SetCredentialAsync(credential, ct))
            return NoSuchAccount(account.Text);
        await NoteAsync(action, account.Text, wish.Name, ct);
        return await FindAsync(account.Text, ct) is { } changed
            ? new IssuedPassword(Row(changed), wish.Name, wish.Password is null ? chosen : null)
            : NoSuchAccount(account.Text);
    }

    /// <summary>
    /// Whose password is meant where none is named. An account that joined has no <c>default</c>: a new one beside its only credential would
    /// leave the old password in force.
    /// </summary>
    private static bool TryChoose(
        AccountWithCredentials found,
        string wanted,
        [NotNullWhen(true)] out string? name,
        [NotNullWhen(false)] out Refusal? refusal
    )
    {
        (name, refusal) = (null, null);
        if (wanted.Length > 0)
            name = TryFind(found, wanted, out Credential? credential, out refusal) ? credential.Name : null;
        else if (found.Credentials.Count == 0 || found.Credentials.Any(c => c.Name == Credential.DefaultName))
            name = Credential.DefaultName;
        else if (found.Credentials is [var only])
            name = only.Name;
        else
            refusal = new Refusal(
                found.Account.Id.Text,
                $"it has several credentials, and none is called {Credential.DefaultName}: {NamesOf(found)}",
                "Say which with --credential NAME"
            );
        return name is not null;
    }

    private static bool TryFind(
        AccountWithCredentials found,
        string name,
        [NotNullWhen(true)] out Credential? credential,
        [NotNullWhen(false)] out Refusal? refusal
    )
    {
        credential = found.Credentials.FirstOrDefault(c => CredentialName.AreSame(c.Name, name));
        refusal = credential is null ? NoSuchCredential(found, name) : null;
        return credential is not null;
    }

    private static Refusal NoSuchCredential(AccountWithCredentials found, string name) =>
        new(
            PrintableText.Of(name, CredentialName.MaxLength),
            found.Credentials.Count == 0
                ? $"{found.Account.Id} has no credentials"
                : $"{found.Account.Id} has no such credential, but {NamesOf(found)}",
            $"See: packetboat account credential list {found.Account.Id}"
        );

    private static string NamesOf(AccountWithCredentials found) =>
        string.Join(", ", found.Credentials.Select(c => c.Name).Order(StringComparer.Ordinal));

    private static CredentialRow Row(Credential credential) =>
        new(
            credential.Name,
            credential.ReversibleSecret is not null,
            credential.Created,
            credential.LastUse?.At,
            credential.LastUse?.From ?? "",
            credential.LastUse?.Mechanism ?? "",
            credential.LastUse?.Tls ?? "",
            credential.KeyHash is null ? null : KeyFingerprint.Format(credential.KeyHash)
        );
}
