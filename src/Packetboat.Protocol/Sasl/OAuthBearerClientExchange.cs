using System.Globalization;

namespace Packetboat.Protocol.Sasl;

/// <summary>OAUTHBEARER. RFC 7628 §3.1: the GS2 header, then pairs that end in 0x01 each, and one more 0x01.</summary>
internal sealed class OAuthBearerClientExchange(SaslClientOptions options) : TokenClientExchange(options)
{
    public override string Mechanism => SaslMechanisms.OAuthBearer;

    /// <summary>RFC 7628 §3.2.3.</summary>
    private protected override byte[] AfterFailure => [1];

    private protected override string Message()
    {
        string host =
            Options.Server.Length == 0
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"host={Options.Server}\u0001port={Options.Port}\u0001");
        return $"n,a={Name(Options.Name)},\u0001{host}auth=Bearer {Options.Password}\u0001\u0001";
    }

    /// <summary>A saslname. RFC 5801 §4.</summary>
    private static string Name(string name) =>
        name.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
}
