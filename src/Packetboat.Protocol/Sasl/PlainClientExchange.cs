namespace Packetboat.Protocol.Sasl;

/// <summary>PLAIN. RFC 4616 §2.</summary>
internal sealed class PlainClientExchange(SaslClientOptions options) : OneMessageClientExchange
{
    public override string Mechanism => SaslMechanisms.Plain;

    private protected override string Message => $"{options.AuthorizationId}\0{options.Name}\0{options.Password}";
}
