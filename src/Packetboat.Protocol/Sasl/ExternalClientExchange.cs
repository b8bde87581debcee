namespace Packetboat.Protocol.Sasl;

/// <summary>
/// EXTERNAL: the TLS handshake has shown our key, and the message says whom to act for; empty where the key says that. RFC 4422 appendix A.
/// </summary>
internal sealed class ExternalClientExchange(SaslClientOptions options) : OneMessageClientExchange
{
    public override string Mechanism => SaslMechanisms.External;

    private protected override string Message => options.Name;
}
