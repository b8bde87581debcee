namespace Packetboat.Protocol.Sasl;

/// <summary>
/// LOGIN: two prompts, two answers. Never standardized (draft-murchison-sasl-login); Synchronet and old clients use it. A name in the
/// initial response is taken too, as most servers do.
/// </summary>
internal sealed class LoginServerExchange(ISaslAccounts accounts) : SaslServerExchange
{
    public override string Mechanism => SaslMechanisms.Login;

    private protected override SaslStep? Open(bool hasInitialResponse) =>
        hasInitialResponse ? null : new SaslStep.Challenge("Username:"u8.ToArray());

    private protected override async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte> response, CancellationToken ct)
    {
        if (!SaslText.TryRead(response.Span, out string? text))
            return BadArgument(ClaimedName is null ? "unusable name" : "unusable password");

        if (ClaimedName is { } name)
            return Outcome(await accounts.VerifyPasswordAsync(name, text, ct));

        ClaimedName = text;
        return new SaslStep.Challenge("Password:"u8.ToArray());
    }
}
