using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Relay.Listening;

/// <summary>
/// Clients are asked for a certificate, and need not have one. Nobody has to vouch for it: it is the key that is recognized, and the handshake
/// has proven that the client has it. Nothing that the certificate names is fetched.
/// </summary>
internal static class ClientCertificates
{
    [SuppressMessage(
        "Security",
        "CA5359:Do Not Disable Certificate Validation",
        Justification = "The rule is about servers' certificates. This is a client's, and it is its key that is looked at, by who signs in with it."
    )]
    public static SslServerAuthenticationOptions Wanted(SslServerAuthenticationOptions options) =>
        new()
        {
            ServerCertificateContext = options.ServerCertificateContext,
            EnabledSslProtocols = options.EnabledSslProtocols,
            ClientCertificateRequired = true, // asks; the callback decides
            // A session that began before anybody had a key would go on without one for as long as its ticket lives.
            AllowTlsResume = false,
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
