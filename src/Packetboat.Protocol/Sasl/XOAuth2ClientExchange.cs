namespace Packetboat.Protocol.Sasl;

/// <summary>
/// XOAUTH2, which Google made before there was a standard, and which Microsoft has alone: pairs that end in 0x01 each, and one more 0x01; an empty
/// response to the explanation of a failure. https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
/// </summary>
internal sealed class XOAuth2ClientExchange(SaslClientOptions options) : TokenClientExchange(options)
{
    public override string Mechanism => SaslMechanisms.XOAuth2;

    private protected override byte[] AfterFailure => [];

    private protected override string Message() => $"user={Options.Name}\u0001auth=Bearer {Options.Password}\u0001\u0001";
}
