using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// Whether a relay is who it claims to be: by the system's authorities, by those of <c>RelayCertificateFile</c>, or because its very
/// certificate stands in that file. Used once for a connection, and then asked why not.
/// </summary>
internal sealed class RelayTrust(string certificateFile, bool mustVerify)
{
    /// <summary>Why the certificate is not trusted; empty when it is.</summary>
    public string Doubt { get; private set; } = "no certificate was seen";

    public bool IsVerified => Doubt.Length == 0;

    /// <summary>The handshake ended because of the certificate, and so because of our settings: nothing that passes by itself.</summary>
    public bool HasRefused { get; private set; }

    public bool Check(object _, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Doubt = certificate is null
            ? "the relay showed no certificate"
            : DoubtOf(new X509Certificate2(certificate), chain, errors);
        HasRefused = certificate is not null && mustVerify && !IsVerified;
        return IsVerified || !mustVerify;
    }

    private string DoubtOf(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return "";

        X509Certificate2Collection pinned = [];
        if (certificateFile.Length > 0)
        {
            try
            {
                pinned.ImportFromPemFile(certificateFile);
            }
            catch (Exception failure) when (failure is IOException or CryptographicException or UnauthorizedAccessException)
            {
                return $"RelayCertificateFile {certificateFile} cannot be read ({failure.Message})";
            }
        }

        if (pinned.Any(known => known.RawData.AsSpan().SequenceEqual(certificate.RawData)))
            return "";
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsSignedBy(pinned, certificate, chain))
            return "";
        return Words(certificate, errors);
    }

    private static bool IsSignedBy(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Chain? seen)
    {
        if (authorities.Count == 0)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1", "Server Authentication"));
        if (seen is not null)
            chain.ChainPolicy.ExtraStore.AddRange(seen.ChainElements.Select(element => element.Certificate).ToArray());
        return chain.Build(certificate);
    }

    private static string Words(X509Certificate2 certificate, SslPolicyErrors errors)
    {
        string fault = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? "it is for another name"
            : "no authority that is trusted here has signed it";
        return $"certificate of {Protocol.PrintableText.Of(certificate.Subject, 200)}, SHA-256 {certificate.GetCertHashString(HashAlgorithmName.SHA256)}: {fault}";
    }
}
