using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>An authority and a server certificate that it has signed, for <c>localhost</c> and 127.0.0.1.</summary>
internal static class TestCertificates
{
    private static readonly (X509Certificate2 Authority, X509Certificate2 Server) Made = Make();

    public static X509Certificate2 Server => Made.Server;

    public static string AuthorityPem => Made.Authority.ExportCertificatePem();

    public static string ServerPem => Made.Server.ExportCertificatePem();

    private static (X509Certificate2, X509Certificate2) Make()
    {
        DateTimeOffset from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var authorityKey = RSA.Create(2048);
        var authority = new CertificateRequest(
            "CN=a test authority",
            authorityKey,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 signer = authority.CreateSelfSigned(from, from.AddDays(30));

        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(signer, from, from.AddDays(20), [1, 2, 3, 4]);
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        return (signer, X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null));
    }
}
