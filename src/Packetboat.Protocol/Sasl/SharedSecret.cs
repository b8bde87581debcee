namespace Packetboat.Protocol.Sasl;

/// <summary>A password in the clear, for the mechanisms that can do with nothing less.</summary>
public sealed record SharedSecret(SaslIdentity Identity, byte[] Secret)
{
    public override string ToString() => $"secret of {Identity.Account}";
}
