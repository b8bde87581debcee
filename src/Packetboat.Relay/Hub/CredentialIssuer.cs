using System.Diagnostics.CodeAnalysis;
using System.Text;
using Packetboat.Protocol.Sasl;

namespace Packetboat.Relay.Hub;

/// <summary>Turns a password into what is kept of it.</summary>
public sealed class CredentialIssuer(SecretBox box, TimeProvider clock)
{
    /// <param name="account">Whose credential it is to be, with those that exist.</param>
    /// <param name="name">Such as <see cref="Credential.DefaultName"/>.</param>
    /// <param name="password">Generated, or the operator's choice.</param>
    /// <param name="reversible">Whether CRAM-MD5 and APOP are to work with it.</param>
    /// <param name="credential">Not stored yet.</param>
    /// <param name="refusal">Why the password will not do. It does not repeat the password.</param>
    public bool TryIssue(
        AccountWithCredentials account,
        string name,
        string password,
        bool reversible,
        [NotNullWhen(true)] out Credential? credential,
        [NotNullWhen(false)] out Refusal? refusal
    )
    {
        refusal = Unfit(account.Account.Id, password);
        credential = refusal is null ? Make(account, name, password, reversible) : null;
        return credential is not null;
    }

    /// <summary>Not stored yet.</summary>
    public Credential OfKey(QwkId account, string name, byte[] keyHash) =>
        new(account, name, Verifier: "", ReversibleSecret: null, clock.GetUtcNow(), LastUse: null, keyHash);

    /// <summary>Why a password will not do for an account; null: it will. The password is not repeated.</summary>
    public static Refusal? Unfit(QwkId id, string password) =>
        WhyUnfit(id, password) is { } reason
            ? new Refusal($"password of {id}", reason, "Choose another, or let one be generated")
            : null;

    private static string? WhyUnfit(QwkId id, string password)
    {
        if (Encoding.UTF8.GetByteCount(password) > SaslText.MaxBytes)
            return $"it is longer than {SaslText.MaxBytes} octets";
        if (!SaslText.TryPrepare(password, out _))
            return "it is empty or holds a control character";
        return string.Equals(password, id.Text, StringComparison.OrdinalIgnoreCase) ? "it is the QWK-ID itself" : null;
    }

    private Credential Make(AccountWithCredentials account, string name, string password, bool reversible)
    {
        QwkId id = account.Account.Id;
        string verifier = DeriveBeside(account.Credentials.Where(other => other.Name != name), password).Format();
        return new Credential(id, name, verifier, reversible ? box.Seal(id, name, password) : null, clock.GetUtcNow());
    }

    /// <summary>
    /// An account's credentials share one salt: SCRAM's server must send the salt before it can know which of them is in use, and a wrong
    /// password then costs one derivation however many there are.
    /// </summary>
    private static ScramVerifier DeriveBeside(IEnumerable<Credential> others, string password)
    {
        foreach (Credential other in others.OrderByDescending(c => c.Created))
            if (ScramVerifier.TryParse(other.Verifier, out ScramVerifier? verifier))
                return ScramVerifier.Derive(password, verifier.Salt, verifier.Iterations);
        return ScramVerifier.Derive(password);
    }
}
