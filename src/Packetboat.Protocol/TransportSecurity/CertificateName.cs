using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Protocol.TransportSecurity;

/// <summary>Whether a certificate is for a host.</summary>
public static class CertificateName
{
    /// <param name="certificate">The server's.</param>
    /// <param name="host">A-labels; anything that a domain may write into its records.</param>
    /// <param name="allowCommonName">A certificate without names for hosts may have it in its subject.</param>
    public static bool IsFor(X509Certificate2 certificate, string host, bool allowCommonName)
    {
        try
        {
            return certificate.MatchesHostname(host, allowWildcards: true, allowCommonName);
        }
        catch (ArgumentException)
        {
            // What is no host name for the platform is not in a certificate either.
            return false;
        }
    }
}
