using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>An authority, or one below another, that signs what a test wants.</summary>
internal sealed class TestAuthority
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly X509Certificate2 _signer;
    private int _serial;

    /// <param name="name">In its subject.</param>
    /// <param name="above">Who has signed it; null: itself.</param>
    public TestAuthority(string name, TestAuthority? above = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        if (above is null)
        {
            _signer = request.CreateSelfSigned(Now.AddDays(-100), Now.AddDays(100));
        }
        else
        {
            using X509Certificate2 signed = request.Create(above._signer, Now.AddDays(-90), Now.AddDays(90), above.NextSerial());
            _signer = signed.CopyWithPrivateKey(key);
        }

        Certificate = X509CertificateLoader.LoadCertificate(_signer.RawData);
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>Believes this authority and no other.</summary>
    public X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(Certificate);
        return policy;
    }

    /// <param name="host">Its only name.</param>
    /// <param name="days">Until it ends, from now.</param>
    /// <param name="isNamed">The name stands where it counts, not in the subject alone.</param>
    public X509Certificate2 Issue(string host, int days = 20, bool isNamed = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        if (isNamed)
            request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(_signer, Now.AddDays(-80), Now.AddDays(days), NextSerial());
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    private byte[] NextSerial() => [1, 2, (byte)++_serial];
}
