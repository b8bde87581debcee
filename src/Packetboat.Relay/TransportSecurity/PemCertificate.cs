using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>A certificate of ours with its key, from PEM files.</summary>
internal static class PemCertificate
{
    public static bool HasEnded(X509Certificate2 certificate, TimeProvider time) =>
        certificate.NotAfter < time.GetUtcNow().LocalDateTime;

    /// <param name="certificate">The leaf first, then its chain.</param>
    /// <param name="key">The same file where it holds both.</param>
    /// <exception cref="InvalidDataException">The files cannot be used; the message says which and why.</exception>
    public static SslStreamCertificateContext Read(string certificate, string key)
    {
        try
        {
            X509Certificate2 leaf = X509Certificate2.CreateFromPemFile(certificate, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            return SslStreamCertificateContext.Create(leaf, chain, offline: true);
        }
        catch (Exception failure)
            when (failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{certificate}, {key}: not a usable certificate and key ({failure.Message})",
                failure
            );
        }
    }
}
