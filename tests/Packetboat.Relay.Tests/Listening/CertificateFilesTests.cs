using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Listening;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Listening;

public sealed class CertificateFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly ListLogger<CertificateFiles> _log = new();

    private string Certificate => _folder.File("certificate.pem");

    private string Key => _folder.File("certificate.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_installation_without_a_certificate_gets_one_for_its_name()
    {
        SelfSignedCertificate.Ensure(Certificate, Key, "hub.example", _time);

        using X509Certificate2 made = X509Certificate2.CreateFromPemFile(Certificate, Key);
        Assert.True(made.HasPrivateKey);
        Assert.True(made.MatchesHostname("hub.example"));
        Assert.False(made.MatchesHostname("other.example"));
    }

    [Fact]
    public void A_certificate_that_exists_is_kept()
    {
        SelfSignedCertificate.Ensure(Certificate, Key, "hub.example", _time);
        byte[] before = File.ReadAllBytes(Certificate);

        SelfSignedCertificate.Ensure(Certificate, Key, "hub.example", _time);

        Assert.Equal(before, File.ReadAllBytes(Certificate));
    }

    [Fact]
    public void A_replaced_certificate_is_taken_without_a_restart()
    {
        using CertificateFiles files = Open("old.example");
        Assert.True(InForce(files).MatchesHostname("old.example"));

        Replace("new.example");
        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.True(InForce(files).MatchesHostname("new.example"));
    }

    [Fact]
    public void A_bad_replacement_is_refused_and_the_old_certificate_stays()
    {
        using CertificateFiles files = Open("old.example");

        File.WriteAllText(Certificate, "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n");
        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.True(InForce(files).MatchesHostname("old.example"));
        Assert.Contains("the old one stays in force", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_belongs_to_another_certificate_is_refused()
    {
        SelfSignedCertificate.Ensure(Certificate, Key, "hub.example", _time);
        SelfSignedCertificate.Ensure(_folder.File("other.pem"), _folder.File("other.key"), "other.example", _time);

        InvalidDataException refused = Assert.Throws<InvalidDataException>(() =>
            new CertificateFiles(Certificate, _folder.File("other.key"), _time, _log)
        );

        Assert.Contains("not a usable certificate and key", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A restart with a renewal that is overdue must not be the end of all mail.</summary>
    [Fact]
    public void A_certificate_that_has_ended_serves_until_there_is_another()
    {
        SelfSignedCertificate.Ensure(Certificate, Key, "hub.example", _time);
        _time.Advance(TimeSpan.FromDays(11 * 365));

        using var files = new CertificateFiles(Certificate, Key, _time, _log);
        Assert.True(InForce(files).MatchesHostname("hub.example"));
    }

    [Fact]
    public void A_certificate_that_has_ended_replaces_none()
    {
        using CertificateFiles files = Open("old.example");
        Replace("new.example");
        _time.Advance(TimeSpan.FromDays(11 * 365));

        Assert.True(InForce(files).MatchesHostname("old.example"));
        Assert.Contains("ended on", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private CertificateFiles Open(string name)
    {
        SelfSignedCertificate.Ensure(Certificate, Key, name, _time);
        return new CertificateFiles(Certificate, Key, _time, _log);
    }

    private void Replace(string name)
    {
        File.Delete(Certificate);
        File.Delete(Key);
        SelfSignedCertificate.Ensure(Certificate, Key, name, _time);
        // Two writes within the resolution of the file system's clock would look like none.
        File.SetLastWriteTimeUtc(Certificate, _time.GetUtcNow().UtcDateTime.AddMinutes(1));
    }

    private static X509Certificate2 InForce(CertificateFiles files) =>
        files.ServerOptions().ServerCertificateContext!.TargetCertificate;
}
