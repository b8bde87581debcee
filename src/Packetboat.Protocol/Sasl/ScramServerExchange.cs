using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Packetboat.Protocol.Sasl;

/// <summary>
/// SCRAM-SHA-256 and its -PLUS form: the client proves that it knows the password, the server proves that it knows the verifier, and
/// with -PLUS both prove that they share one TLS connection. RFC 5802 §5, RFC 7677.
/// Three rounds: the client's first message, its proof, and an empty response to our signature, because neither SMTP nor POP3 can carry
/// data with a success (RFC 4954 §4, RFC 5034 §4).
/// </summary>
internal sealed class ScramServerExchange : SaslServerExchange
{
    private readonly ISaslAccounts _accounts;
    private readonly bool _plus;
    private readonly IReadOnlyList<ChannelBinding> _bindings;
    private readonly string _nonce;

    private ScramClientFirst? _first; // since the client's first message
    private ScramAccount? _account;
    private string _serverFirst = "";
    private SaslIdentity? _proven; // since the proof

    public ScramServerExchange(ISaslAccounts accounts, bool plus, IReadOnlyList<ChannelBinding> bindings)
        : this(accounts, plus, bindings, ScramKeys.FreshNonce()) { }

    /// <summary>With a known nonce, for the examples in standards.</summary>
    internal ScramServerExchange(ISaslAccounts accounts, bool plus, IReadOnlyList<ChannelBinding> bindings, string nonce) =>
        (_accounts, _plus, _bindings, _nonce) = (accounts, plus, bindings, nonce);

    public override string Mechanism => _plus ? SaslMechanisms.ScramSha256Plus : SaslMechanisms.ScramSha256;

    private protected override ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte> response, CancellationToken ct)
    {
        if (_proven is not null)
            return new(response.IsEmpty ? Outcome(_proven) : BadArgument("data after the last SCRAM message"));
        if (!Utf8.IsValid(response.Span))
            return new(BadArgument("not UTF-8"));

        string message = Encoding.UTF8.GetString(response.Span);
        return _first is null ? FirstAsync(message, ct) : new(Final(message));
    }

    private async ValueTask<SaslStep> FirstAsync(string message, CancellationToken ct)
    {
        if (!ScramClientFirst.TryParse(message, out ScramClientFirst? first))
            return BadArgument("not a first SCRAM message");
        if (WrongBinding(first) is { } refused)
            return refused;

        (_first, ClaimedName) = (first, first.Name);
        _account = await _accounts.FindScramAsync(first.Name, ct);
        _serverFirst = string.Create(
            CultureInfo.InvariantCulture,
            $"r={first.Nonce}{_nonce},s={Convert.ToBase64String(_account.Salt)},i={_account.Iterations}"
        );
        return new SaslStep.Challenge(Encoding.UTF8.GetBytes(_serverFirst));
    }

    /// <summary>RFC 5802 §6, as a table of mechanism and flag.</summary>
    private SaslStep? WrongBinding(ScramClientFirst first) =>
        (_plus, first.BindingFlag) switch
        {
            (true, 'p') => BindingOf(first) is null ? BadArgument("channel binding of an unknown kind") : null,
            (true, _) => BadArgument("-PLUS without channel binding"),
            (false, 'p') => BadArgument("channel binding without -PLUS"),
            // The client could bind and saw no -PLUS in a list that had it: somebody removed it on the way.
            (false, 'y') when _bindings.Count > 0 => BadCredentials(
                "the list of mechanisms was changed on its way to the client"
            ),
            _ => null,
        };

    private ChannelBinding? BindingOf(ScramClientFirst first) => _bindings.FirstOrDefault(b => b.Name == first.BindingName);

    private SaslStep Final(string message)
    {
        if (!TryReadFinal(message, out string? withoutProof, out string? bound, out byte[]? proof))
            return BadArgument("not a final SCRAM message");
        if (bound != ScramKeys.BoundHeader(_first!.Gs2Header, BindingOf(_first)))
            return BadCredentials("channel bindings differ");

        string authMessage = $"{_first.Bare},{_serverFirst},{withoutProof}";
        ScramCandidate? candidate = FindOwner(authMessage, proof);
        _proven = candidate?.Identity;
        return candidate is null ? Outcome(null) : ServerFinal(candidate.Verifier, authMessage);
    }

    /// <summary><c>c=...,r=...[,extensions],p=...</c> with the nonce of both ends. RFC 5802 §7, client-final-message.</summary>
    private bool TryReadFinal(
        string message,
        [NotNullWhen(true)] out string? withoutProof,
        [NotNullWhen(true)] out string? bound,
        [NotNullWhen(true)] out byte[]? proof
    )
    {
        (withoutProof, proof) = (null, null);
        string[] parts = message.Split(',');
        if (!ScramAttributes.TryGet(parts, 0, 'c', out bound) || !ScramAttributes.TryGet(parts, 1, 'r', out string? nonce))
            return false;
        if (parts.Length < 3 || !ScramAttributes.TryGet(parts, parts.Length - 1, 'p', out string? encoded))
            return false;
        if (nonce != _first!.Nonce + _nonce || !ScramVerifier.TryBase64(encoded, out proof) || proof.Length != ScramKeys.Length)
            return false;

        withoutProof = message[..^(encoded.Length + 3)];
        return true;
    }

    private ScramCandidate? FindOwner(string authMessage, byte[] proof)
    {
        ScramCandidate? owner = null;
        foreach (ScramCandidate candidate in _account!.Candidates)
        {
            byte[] clientKey = ScramKeys.Xor(proof, ScramKeys.Sign(candidate.Verifier.StoredKey, authMessage));
            if (CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), candidate.Verifier.StoredKey))
                owner = candidate;
        }

        return owner;
    }

    private static SaslStep.Challenge ServerFinal(ScramVerifier verifier, string authMessage)
    {
        byte[] signature = ScramKeys.Sign(verifier.ServerKey, authMessage);
        return new SaslStep.Challenge(Encoding.ASCII.GetBytes("v=" + Convert.ToBase64String(signature)));
    }
}
