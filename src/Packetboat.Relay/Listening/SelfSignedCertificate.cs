using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Listening;

/// <summary>
/// The certificate of an installation that has none: enough for TLS against eavesdroppers, and a node can pin it. RSA, because the TLS
/// library of real Synchronet nodes is old.
/// </summary>
public static class SelfSignedCertificate
{
    private const int Years = 10;

    /// <summary>Writes <paramref name="certificate"/> and <paramref name="key"/> where they do not exist yet.</summary>
    public static void Ensure(string certificate, string key, string hostName, TimeProvider time)
    {
        if (File.Exists(certificate) && File.Exists(key))
            return;

        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest($"CN={hostName}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(hostName);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true)
        );
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "Server Authentication")], critical: false)
        );
        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
        WritePrivate(key, rsa.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(certificate, made.ExportCertificatePem() + "\n");
        FileOwner.Inherit(key);
        FileOwner.Inherit(certificate);
    }

    private static void WritePrivate(string file, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.Write(text);
    }
}
