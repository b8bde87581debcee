using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Listening;

namespace Packetboat.Relay.Doctor;

/// <summary>The certificate that other hosts see: whether it can be used, for how long, and who vouches for it.</summary>
internal sealed class CertificateCheck : Check
{
    public override string Name => "certificate";

    public override string Title => "Certificate";

    public override bool NeedsSettings => true;

    public override Task<Finding> ExamineAsync(Facts facts, CancellationToken ct) => Task.FromResult(Examine(facts));

    private Finding Examine(Facts facts)
    {
        Settings settings = facts.Subject.Effective;
        if (facts.Subject.CertificateFiles is not var (certificate, key))
            return NotChecked("it is not known which");
        bool isMade = settings.Packetboat.Certificate.Length == 0;
        if (isMade && !File.Exists(certificate))
            return NotChecked("the first start makes one");
        if (CertificateFiles.FaultOf(certificate, key, facts.Time) is { } fault)
            return Failure(
                fault,
                "whoever verifies it hangs up, and without a usable one the server does not start",
                "Put a valid certificate and its key there"
            );

        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificateFromFile(certificate);
        var ends = new DateTimeOffset(leaf.NotAfter);
        string until = string.Create(CultureInfo.InvariantCulture, $"{certificate} is valid until {ends.UtcDateTime:yyyy-MM-dd}");
        if (ends - facts.Time.GetUtcNow() <= settings.Packetboat.ExpiryNotice)
            return Warning(until, "nodes and mail programs do not connect after that", "Renew it");
        bool isForNodes =
            (settings.Mail.Options & (MailOptions.USE_SUBMISSION_PORT | MailOptions.TLS_SUBMISSION)) != MailOptions.None;
        if (isForNodes && !leaf.MatchesHostname(settings.Mail.HostName))
            return Warning(
                $"{until}, and is not for {settings.Mail.HostName}",
                "who verifies it does not sign in here",
                $"Have one made for {settings.Mail.HostName}"
            );
        string doubt = isMade
            ? "we have made it ourselves: nodes must know its fingerprint"
            : Doubt(leaf, certificate, facts.Time);
        return doubt.Length > 0 && isForNodes && !isMade
            ? Warning($"{until}; {doubt}", "who verifies it does not sign in here", "Put its chain behind it in the same file")
            : Ok(doubt.Length > 0 ? $"{until}; {doubt}" : until);
    }

    /// <summary>Why a stranger would not believe it; empty: he would.</summary>
    private static string Doubt(X509Certificate2 leaf, string file, TimeProvider time)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().LocalDateTime;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ExtraStore.ImportFromPemFile(file);
        return chain.Build(leaf)
            ? ""
            : $"nobody who is trusted here vouches for it ({string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct())})";
    }
}
