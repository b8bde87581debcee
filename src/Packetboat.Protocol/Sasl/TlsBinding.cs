using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Protocol.Sasl;

/// <summary>
/// What a TLS connection offers to tie a sign-in to: <c>tls-server-end-point</c>, the hash of the server's certificate. Computed here,
/// because the platform knows it on the client's side only.
/// </summary>
public static class TlsBinding
{
    /// <summary>Empty without TLS, and for a certificate whose signature names no hash of its own.</summary>
    public static IReadOnlyList<ChannelBinding> Of(SslStream? tls)
    {
        X509Certificate? server =
            tls is null ? null
            : tls.IsServer ? tls.LocalCertificate
            : tls.RemoteCertificate;
        return server is not null && HashOf(server) is { } hash
            ? [new ChannelBinding(ChannelBinding.TlsServerEndPoint, hash)]
            : [];
    }

    /// <summary>By the hash of the certificate's signature; MD5 and SHA-1 count as SHA-256. RFC 5929 §4.1.</summary>
    private static byte[]? HashOf(X509Certificate certificate)
    {
        byte[] der = certificate.GetRawCertData();
        using X509Certificate2 read = X509CertificateLoader.LoadCertificate(der);
        return read.SignatureAlgorithm.Value switch
        {
            "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.113549.1.1.11" => SHA256.HashData(der), // RSA with MD5, SHA-1, SHA-256
            "1.2.840.10045.4.1" or "1.2.840.10045.4.3.2" => SHA256.HashData(der), // ECDSA with SHA-1, SHA-256
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => SHA384.HashData(der),
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => SHA512.HashData(der),
            _ => null,
        };
    }
}
