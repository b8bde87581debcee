using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Protocol;

namespace Packetboat.Admin.Enrolment;

/// <summary>
/// Whether a hub is who it claims to be: by the system's authorities; or, where the sysop was told a pin, because it shows the very
/// certificate, or key, of that pin, and nothing else counts then.
/// </summary>
internal sealed class HubTrust(HubPin? pin)
{
    /// <summary>Why it is not trusted; empty when it is.</summary>
    public string Doubt { get; private set; } = "";

    /// <summary>PEM of its certificate, where the pin is all that vouches for it; else null.</summary>
    public string? PinnedCertificate { get; private set; }

    public bool Check(X509Certificate? shown, SslPolicyErrors errors)
    {
        if (shown is null)
        {
            Doubt = "it showed no certificate";
            return false;
        }

        using var certificate = new X509Certificate2(shown);
        Doubt = DoubtOf(certificate, errors);
        PinnedCertificate = Doubt.Length == 0 && errors != SslPolicyErrors.None ? certificate.ExportCertificatePem() : null;
        return Doubt.Length == 0;
    }

    private string DoubtOf(X509Certificate2 certificate, SslPolicyErrors errors)
    {
        string what =
            $"its certificate, of {PrintableText.Of(certificate.Subject, 200)}, SHA-256 {certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant()}";
        if (pin is not null)
            return pin.IsOf(certificate) ? "" : $"{what}, is not the one of --pin";
        if (errors == SslPolicyErrors.None)
            return "";
        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"{what}, is for another name"
            : $"{what}, is signed by no authority that is trusted here, or is not valid now";
    }
}
