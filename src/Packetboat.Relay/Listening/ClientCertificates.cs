using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Relay.Listening;

/// <summary>
/// Clients are asked for a certificate, and need not have one. Nobody has to vouch for it: it is the key that is recognized, and the handshake
/// has proven that the client has it. Nothing that the certificate names is fetched.
/// </summary>
internal static class ClientCertificates
{
    public static SslServerAuthenticationOptions Wanted(SslServerAuthenticationOptions options) =>
        new()
        {
            ServerCertificateContext = options.ServerCertificateContext,
            EnabledSslProtocols = options.EnabledSslProtocols,
            ClientCertificateRequired = true, // asks; the callback decides
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            CertificateChainPolicy = new X509ChainPolicy
            {
                DisableCertificateDownloads = true,
                RevocationMode = X509RevocationMode.NoCheck,
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                VerificationFlags = X509VerificationFlags.AllFlags,
            },
        };
}
