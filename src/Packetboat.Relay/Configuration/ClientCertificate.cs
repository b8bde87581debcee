using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Configuration;

/// <summary>What we show a relay in the TLS handshake. It is read at each call, so that a renewed one counts from the next on.</summary>
/// <param name="File">PEM, the leaf first, then its chain.</param>
/// <param name="KeyFile">PEM; the same file where it holds both.</param>
public sealed record ClientCertificate(string File, string KeyFile)
{
    /// <summary>Why it cannot be shown; null when it can.</summary>
    public string? Fault()
    {
        try
        {
            PemCertificate.Read(File, KeyFile).TargetCertificate.Dispose();
            return null;
        }
        catch (InvalidDataException bad)
        {
            return bad.Message;
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
