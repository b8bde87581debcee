using System.Text;
using Packetboat.Protocol.Sasl;

namespace Packetboat.Protocol.Tests.Sasl;

/// <summary>One account whose password is known, under exactly one name.</summary>
internal sealed class MemorySaslAccounts(string name, string password, byte[]? salt = null) : ISaslAccounts
{
    private static readonly byte[] SaltOfAll = [.. "a salt for tests"u8];

    private readonly SaslIdentity _identity = new(name, "default");
    private readonly byte[] _salt = salt ?? SaltOfAll;

    /// <summary>Set to make every lookup fail.</summary>
    public bool IsDown { get; set; }

    public ValueTask<SaslIdentity?> VerifyPasswordAsync(string claimed, string given, CancellationToken ct)
    {
        ThrowIfDown();
        return new(claimed == name && given == password ? _identity : null);
    }

    /// <summary>A key that has an account, the only one.</summary>
    public static byte[] Key { get; } = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public ValueTask<SaslIdentity?> VerifyKeyAsync(string claimed, byte[] keyHash, CancellationToken ct)
    {
        ThrowIfDown();
        return new(keyHash.AsSpan().SequenceEqual(Key) && (claimed.Length == 0 || claimed == name) ? _identity : null);
    }

    public ValueTask<ScramAccount> FindScramAsync(string claimed, CancellationToken ct)
    {
        ThrowIfDown();
        var verifier = ScramVerifier.Derive(password, _salt, ScramVerifier.MinIterations);
        ScramCandidate[] candidates = claimed == name ? [new ScramCandidate(_identity, verifier)] : [];
        return new(new ScramAccount(_salt, ScramVerifier.MinIterations, candidates));
    }

    public ValueTask<IReadOnlyList<SharedSecret>> FindSecretsAsync(string claimed, CancellationToken ct)
    {
        ThrowIfDown();
        return new(claimed == name ? [new SharedSecret(_identity, Encoding.UTF8.GetBytes(password))] : []);
    }

    private void ThrowIfDown()
    {
        if (IsDown)
            throw new CredentialsUnavailableException("the store is down");
    }
}
