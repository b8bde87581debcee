using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.Listening;

namespace Packetboat.Testing;

/// <summary>A certificate that nobody vouches for, the same for all tests of a run.</summary>
public sealed class TestCertificate : ICertificateSource
{
    private static readonly X509Certificate2 Made = Make();

    /// <summary>SHA-256 of it, in hexadecimal.</summary>
    public static string Fingerprint { get; } = Made.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

    /// <summary>SHA-256 of its key, as curl writes it.</summary>
    public static string KeyPin { get; } =
        "sha256//" + Convert.ToBase64String(SHA256.HashData(Made.PublicKey.ExportSubjectPublicKeyInfo()));

    private static readonly X509Certificate2 Client = Make("CN=a client");

    /// <summary>The certificate of a client, without its key.</summary>
    public static string ClientPem => Client.ExportCertificatePem();

    /// <summary>SHA-256 of that client's public key.</summary>
    public static byte[] ClientKey { get; } = SHA256.HashData(Client.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>The same as it is written.</summary>
    public static string ClientKeyFingerprint { get; } = "SHA256:" + Convert.ToBase64String(ClientKey).TrimEnd('=');

    /// <summary>For a client that has a key, and shows it where it is asked.</summary>
    public static SslClientAuthenticationOptions ClientOptionsWithKey()
    {
        SslClientAuthenticationOptions options = ClientOptions();
        options.ClientCertificates = [Client];
        options.LocalCertificateSelectionCallback = (_, _, _, _, _) => Client;
        return options;
    }

    public SslServerAuthenticationOptions ServerOptions() =>
        new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(Made, additionalCertificates: null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };

    /// <summary>For a client that believes it.</summary>
    public static SslClientAuthenticationOptions ClientOptions() =>
        new() { TargetHost = "hub.example", RemoteCertificateValidationCallback = (_, shown, _, _) => Made.Equals(shown) };

    private static X509Certificate2 Make(string subject = "CN=hub.example")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 bare = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(bare.Export(X509ContentType.Pfx), password: null);
    }
}
