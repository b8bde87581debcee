namespace Packetboat.Relay.Hub;

/// <summary>One way for an account to sign in. It has a name so that it can be revoked without the others.</summary>
/// <param name="Account">Whose it is.</param>
/// <param name="Name">Unique in the account.</param>
/// <param name="Verifier">The password's verifier as text; empty: it is a key.</param>
/// <param name="ReversibleSecret">
/// The password, sealed by <see cref="SecretBox"/>, where the operator allowed CRAM-MD5 and APOP for it; else null.
/// </param>
/// <param name="Created">When the password was set.</param>
/// <param name="LastUse">When, from where and how, to the minute or so; null: never.</param>
/// <param name="KeyHash">
/// In place of a password: <see cref="Packetboat.Protocol.Sasl.TlsClientKey"/> of the client; null: it is a password.
/// </param>
public sealed record Credential(
    QwkId Account,
    string Name,
    string Verifier,
    byte[]? ReversibleSecret,
    DateTimeOffset Created,
    CredentialUse? LastUse = null,
    byte[]? KeyHash = null
)
{
    public const string DefaultName = "default";

    /// <summary>So many an account has at most: each is tried at a sign-in.</summary>
    public const int MostOfAnAccount = 20;

    /// <summary>Whether a sign-in by the other is one by this: it was neither revoked nor replaced meanwhile.</summary>
    public bool IsSameAs(Credential other) =>
        Account == other.Account && Name == other.Name && Verifier == other.Verifier && HasKey(other.KeyHash);

    public bool HasKey(byte[]? keyHash) =>
        KeyHash is null ? keyHash is null : keyHash is not null && KeyHash.AsSpan().SequenceEqual(keyHash);

    /// <summary>Neither the verifier nor the secret: this ends up in logs.</summary>
    public override string ToString() => $"{Account}/{Name}";
}
