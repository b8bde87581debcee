namespace Packetboat.Protocol.Sasl;

/// <summary>
/// What ties an exchange to the TLS connection it runs in: somebody in the middle has another connection, and so another value. RFC 5056.
/// </summary>
/// <param name="Name">One of the names below.</param>
/// <param name="Data">The same at both ends, and only there.</param>
public sealed record ChannelBinding(string Name, byte[] Data)
{
    /// <summary>A hash of the server's certificate. RFC 5929 §4.</summary>
    public const string TlsServerEndPoint = "tls-server-end-point";

    /// <summary>Keying material of the session; the one to prefer under TLS 1.3. RFC 9266.</summary>
    public const string TlsExporter = "tls-exporter";
}
