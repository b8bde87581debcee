namespace Packetboat.Protocol.Sasl;

/// <summary>
/// The lookups that the mechanisms need. An unknown name and a wrong password give the same answer and take the same time; a lookup that
/// cannot be made throws <see cref="CredentialsUnavailableException"/>.
/// </summary>
public interface ISaslAccounts
{
    /// <summary>Whose password this is, or null.</summary>
    ValueTask<SaslIdentity?> VerifyPasswordAsync(string name, string password, CancellationToken ct);

    /// <summary>What SCRAM shows for this name, known or not.</summary>
    ValueTask<ScramAccount> FindScramAsync(string name, CancellationToken ct);

    /// <summary>Whose key this is, or null. An empty name: whoever has it.</summary>
    ValueTask<SaslIdentity?> VerifyKeyAsync(string name, byte[] keyHash, CancellationToken ct);

    /// <summary>The secrets that are kept in a form that CRAM-MD5 and APOP can use; none for an unknown name.</summary>
    ValueTask<IReadOnlyList<SharedSecret>> FindSecretsAsync(string name, CancellationToken ct);
}
