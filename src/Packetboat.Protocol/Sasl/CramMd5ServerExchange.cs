using System.Security.Cryptography;
using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>
/// CRAM-MD5: the password never crosses the wire, but the server must keep it readable. RFC 2195 §2. It is here for Synchronet nodes that
/// cannot use TLS; only accounts whose operator chose so have such a secret.
/// </summary>
internal sealed class CramMd5ServerExchange : SaslServerExchange
{
    private readonly ISaslAccounts _accounts;
    private readonly byte[] _challenge;

    public CramMd5ServerExchange(ISaslAccounts accounts, string hostName)
        : this(accounts, FreshChallenge(hostName)) { }

    /// <summary>With a known challenge, for the examples in standards.</summary>
    internal CramMd5ServerExchange(ISaslAccounts accounts, byte[] challenge) => (_accounts, _challenge) = (accounts, challenge);

    public override string Mechanism => SaslMechanisms.CramMd5;

    /// <summary>Digests so far: for a name that nobody has as many as for one that somebody has.</summary>
    internal int DigestCount { get; private set; }

    /// <summary>The server speaks first, so an initial response is an error. RFC 4954 §4.</summary>
    private protected override SaslStep? Open(bool hasInitialResponse) =>
        hasInitialResponse ? BadArgument("CRAM-MD5 takes no initial response") : new SaslStep.Challenge(_challenge);

    private protected override async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte> response, CancellationToken ct)
    {
        // A name may hold blanks; the digest cannot. RFC 2195 §2 does not say so, Synchronet and others split here.
        int split = response.Span.LastIndexOf((byte)' ');
        if (split < 0 || !SaslText.TryRead(response.Span[..split], out string? name))
            return BadArgument("not a CRAM-MD5 response");
        if (!TryReadDigest(response.Span[(split + 1)..], out byte[] digest))
            return BadArgument("not an MD5 digest");

        ClaimedName = name;
        return Outcome(FindOwner(await _accounts.FindSecretsAsync(name, ct), digest));
    }

    /// <summary>A name without a secret costs what one with a secret does, so that the time does not tell which names exist.</summary>
    private SaslIdentity? FindOwner(IReadOnlyList<SharedSecret> secrets, byte[] digest)
    {
        SaslIdentity? owner = null;
        foreach (SharedSecret secret in secrets)
            if (IsDigestOf(secret.Secret, digest))
                owner = secret.Identity;
        if (secrets.Count == 0)
            IsDigestOf(_challenge, digest);
        return owner;
    }

    private bool IsDigestOf(ReadOnlySpan<byte> secret, byte[] digest)
    {
        DigestCount++;
        return CryptographicOperations.FixedTimeEquals(HMACMD5.HashData(secret, _challenge), digest);
    }

    private static bool TryReadDigest(ReadOnlySpan<byte> hex, out byte[] digest)
    {
        digest = new byte[HMACMD5.HashSizeInBytes];
        return hex.Length == 2 * HMACMD5.HashSizeInBytes
            && Convert.FromHexString(hex, digest, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    /// <summary>Unlike RFC 2195 §2's example it has no clock and no process number in it: they are nobody's business.</summary>
    private static byte[] FreshChallenge(string hostName) =>
        Encoding.ASCII.GetBytes($"<{RandomNumberGenerator.GetHexString(32, lowercase: true)}@{hostName}>");
}
