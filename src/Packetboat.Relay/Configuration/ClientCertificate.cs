using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Configuration;

/// <summary>What we show a relay in the TLS handshake. It is read at each call, so that a renewed one counts from the next on.</summary>
/// <param name="File">PEM, the leaf first, then its chain.</param>
/// <param name="KeyFile">PEM; the same file where it holds both.</param>
public sealed record ClientCertificate(string File, string KeyFile)
{
    /// <summary>What is wrong with the files; null: nothing is. One that has ended is shown all the same: a relay may know it by its key.</summary>
    public (Severity Severity, string Reason)? Review(TimeProvider time)
    {
        try
        {
            using X509Certificate2 leaf = PemCertificate.Read(File, KeyFile).TargetCertificate;
            return PemCertificate.HasEnded(leaf, time)
                ? (
                    Severity.Warning,
                    string.Create(CultureInfo.InvariantCulture, $"the certificate ended on {leaf.NotAfter:yyyy-MM-dd}")
                )
                : null;
        }
        catch (InvalidDataException bad)
        {
            return (Severity.Error, bad.Message);
        }
    }

    internal static ClientCertificate? Read(SettingReader keys)
    {
        (string file, string key) = (keys.Path("Certificate"), keys.Path("CertificateKey"));
        SettingsReview.RequireFile(file, "Certificate", keys);
        SettingsReview.RequireFile(key, "CertificateKey", keys);
        if (file.Length > 0)
            return new(file, key.Length > 0 ? key : file);
        if (key.Length > 0)
            keys.Report(Severity.Error, "CertificateKey", "a key without a certificate", "write Certificate=client.pem");
        return null;
    }
}
