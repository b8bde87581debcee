namespace Packetboat.Protocol.Sasl;

/// <summary>
/// EXTERNAL: the client has shown in the TLS handshake that it has a key; the message names the account, or is empty where the key says it.
/// RFC 4422 appendix A.
/// </summary>
internal sealed class ExternalServerExchange(ISaslAccounts accounts, byte[] clientKey) : SaslServerExchange
{
    public override string Mechanism => SaslMechanisms.External;

    private protected override async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte> response, CancellationToken ct)
    {
        string name = "";
        if (!response.IsEmpty)
        {
            if (!SaslText.TryRead(response.Span, out string? given))
                return BadArgument("not an EXTERNAL message");
            ClaimedName = name = given;
        }

        return await accounts.VerifyKeyAsync(name, clientKey, ct) is { } identity
            ? new SaslStep.Success(identity)
            : BadCredentials("the key is of no such account");
    }
}
