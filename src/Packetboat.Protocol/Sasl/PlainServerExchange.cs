namespace Packetboat.Protocol.Sasl;

/// <summary>
/// PLAIN: <c>[authzid] NUL authcid NUL password</c>. RFC 4616 §2. The authorization identity is read and ignored, as Synchronet does: its
/// SendMail sends the login name there, other clients nothing, and no account here may act for another.
/// </summary>
internal sealed class PlainServerExchange(ISaslAccounts accounts) : SaslServerExchange
{
    public override string Mechanism => SaslMechanisms.Plain;

    private protected override async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte> response, CancellationToken ct)
    {
        if (!TryRead(response.Span, out string name, out string password))
            return BadArgument("not a PLAIN message");

        ClaimedName = name;
        return Outcome(await accounts.VerifyPasswordAsync(name, password, ct));
    }

    private static bool TryRead(ReadOnlySpan<byte> message, out string name, out string password)
    {
        (name, password) = ("", "");
        if (message.Count((byte)0) != 2)
            return false;

        int first = message.IndexOf((byte)0);
        int second = message.LastIndexOf((byte)0);
        if (first > 0 && !SaslText.TryRead(message[..first], out _))
            return false;
        if (!SaslText.TryRead(message[(first + 1)..second], out string? givenName))
            return false;
        if (!SaslText.TryRead(message[(second + 1)..], out string? givenPassword))
            return false;

        (name, password) = (givenName, givenPassword);
        return true;
    }
}
