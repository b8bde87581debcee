using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Protocol.Sasl;

/// <summary>
/// The key of a client's certificate, by which it is recognized: SHA-256 of the SubjectPublicKeyInfo. A renewed certificate has the same
/// where the key is the same.
/// </summary>
public static class TlsClientKey
{
    /// <summary>What the client of a connection has shown to have; null: nothing.</summary>
    public static byte[]? Of(SslStream tls)
    {
        if (!tls.IsServer || tls.RemoteCertificate is not { } shown)
            return null;
        using X509Certificate2 read = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        return HashOf(read);
    }

    public static byte[] HashOf(X509Certificate2 certificate) =>
        SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
}
