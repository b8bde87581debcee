using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Relay.Alarms;

/// <summary>A certificate of ours that ends one day.</summary>
/// <param name="File">PEM.</param>
/// <param name="Consequence">What comes of it if the file cannot be read.</param>
internal sealed record WatchedCertificate(string File, string Consequence)
{
    /// <param name="now">By the clock.</param>
    /// <param name="notice">So long before its end somebody is told.</param>
    /// <returns>What is wrong; null: nothing is.</returns>
    public (AlarmKind Kind, string? Text) Judge(DateTimeOffset now, TimeSpan notice)
    {
        try
        {
            using X509Certificate2 read = X509CertificateLoader.LoadCertificateFromFile(File);
            var ends = new DateTimeOffset(read.NotAfter);
            if (ends <= now)
                return Expired($"the certificate in {File} has ended on {AlarmWatch.Minute(ends)}. Put a new one there");
            string? text = ends - now <= notice ? $"the certificate in {File} ends on {AlarmWatch.Minute(ends)}. Renew it" : null;
            return (AlarmCatalogue.CertificateExpires, text);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return Expired($"the certificate in {File} cannot be read: {failure.Message}. Put a valid one there; {Consequence}");
        }
    }

    private static (AlarmKind, string?) Expired(string text) => (AlarmCatalogue.CertificateExpired, text);
}
