using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Packetboat.Protocol.Sasl;

/// <summary>
/// SCRAM-SHA-256 and its -PLUS form. RFC 5802 §5, RFC 7677. It is complete only when the server has shown that it knows the account's
/// verifier.
/// </summary>
internal sealed class ScramClientExchange : SaslClientExchange
{
    private readonly SaslClientOptions _options;
    private readonly ChannelBinding? _binding;
    private readonly string _nonce;
    private readonly string _gs2Header;
    private readonly string _bare;

    private bool _started;
    private byte[]? _serverSignature; // since our proof

    public ScramClientExchange(SaslClientOptions options, bool plus)
        : this(options, plus, ScramKeys.FreshNonce()) { }

    /// <summary>With a known nonce, for the examples in standards.</summary>
    internal ScramClientExchange(SaslClientOptions options, bool plus, string nonce)
    {
        _options = options;
        _nonce = nonce;
        _binding = plus ? options.ChannelBindings[0] : null;
        string authorization = options.AuthorizationId.Length == 0 ? "" : "a=" + ScramAttributes.Escape(options.AuthorizationId);
        _gs2Header = $"{BindingFlag(options, _binding)},{authorization},";
        _bare = $"n={ScramAttributes.Escape(options.Name)},r={nonce}";
    }

    public override string Mechanism => _binding is null ? SaslMechanisms.ScramSha256 : SaslMechanisms.ScramSha256Plus;

    public override ReadOnlyMemory<byte>? InitialResponse()
    {
        _started = true;
        return Encoding.UTF8.GetBytes(_gs2Header + _bare);
    }

    private protected override SaslClientStep Answer(ReadOnlySpan<byte> challenge)
    {
        if (!_started)
            return new SaslClientStep.Response(InitialResponse()!.Value);
        if (IsComplete)
            return Unexpected();
        if (!Utf8.IsValid(challenge))
            return new SaslClientStep.Abort("the server's SCRAM message is not UTF-8");

        string message = Encoding.UTF8.GetString(challenge);
        return _serverSignature is null ? Prove(message) : CheckServer(message, _serverSignature);
    }

    private SaslClientStep Prove(string serverFirst)
    {
        if (!TryReadServerFirst(serverFirst, out string? nonce, out byte[]? salt, out int iterations))
            return new SaslClientStep.Abort("the server's first SCRAM message cannot be used");
        if (!SaslText.TryPrepare(_options.Password, out string? password))
            return new SaslClientStep.Abort("the password is empty or holds a control character");

        byte[] salted = ScramVerifier.SaltedPassword(password, salt, iterations);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        byte[] serverKey = HMACSHA256.HashData(salted, "Server Key"u8);

        string withoutProof = $"c={ScramKeys.BoundHeader(_gs2Header, _binding)},r={nonce}";
        string authMessage = $"{_bare},{serverFirst},{withoutProof}";
        byte[] proof = ScramKeys.Xor(clientKey, ScramKeys.Sign(SHA256.HashData(clientKey), authMessage));
        _serverSignature = ScramKeys.Sign(serverKey, authMessage);
        return new SaslClientStep.Response(Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}"));
    }

    private SaslClientStep CheckServer(string serverFinal, byte[] expected)
    {
        string[] parts = serverFinal.Split(',');
        if (
            !ScramAttributes.TryGet(parts, 0, 'v', out string? encoded)
            || !ScramVerifier.TryBase64(encoded, out byte[]? signature)
        )
            return new SaslClientStep.Abort("the server sent no signature");
        if (!CryptographicOperations.FixedTimeEquals(signature, expected))
            return new SaslClientStep.Abort("the server does not know the account's password: it is not the one we wanted");
        return Last([]);
    }

    /// <summary>
    /// Our nonce must come back, longer: or somebody replays another exchange. An iteration count outside the bounds would be a weak hash
    /// or hours of work. RFC 5802 §5.1 and §9.
    /// </summary>
    private bool TryReadServerFirst(
        string message,
        [NotNullWhen(true)] out string? nonce,
        [NotNullWhen(true)] out byte[]? salt,
        out int iterations
    )
    {
        (salt, iterations) = (null, 0);
        string[] parts = message.Split(',');
        if (!ScramAttributes.TryGet(parts, 0, 'r', out nonce) || !ScramAttributes.IsNonce(nonce))
            return false;
        if (!nonce.StartsWith(_nonce, StringComparison.Ordinal) || nonce.Length == _nonce.Length)
            return false;
        return ScramAttributes.TryGet(parts, 1, 's', out string? encoded)
            && ScramVerifier.TryBase64(encoded, out salt)
            && salt.Length > 0
            && ScramAttributes.TryGet(parts, 2, 'i', out string? count)
            && ScramVerifier.TryIterations(count, out iterations);
    }

    private static string BindingFlag(SaslClientOptions options, ChannelBinding? binding)
    {
        if (binding is not null)
            return "p=" + binding.Name;
        return options.ChannelBindings.Count > 0 && !options.ServerOffersPlus ? "y" : "n";
    }
}
