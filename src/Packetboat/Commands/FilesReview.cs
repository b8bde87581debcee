using Packetboat.Relay.Configuration;
using Packetboat.Relay.Listening;

namespace Packetboat.Commands;

/// <summary>Looks at the files beside the settings, which may be missing or unfit where each setting by itself is in order.</summary>
internal static class FilesReview
{
    /// <summary>What a host that takes others' mail has to take mail at. RFC 5321 §4.5.1, RFC 2142 §4.</summary>
    private static readonly string[] Roles = ["postmaster", "abuse"];

    public static IEnumerable<Problem> Of(Settings settings) =>
        [.. Certificate(settings), .. ClientCertificates(settings), .. SigningKey(settings), .. Mailboxes(settings)];

    /// <summary>The server would not start with it.</summary>
    private static IEnumerable<Problem> Certificate(Settings settings)
    {
        if (settings.Packetboat.Certificate.Length == 0)
            yield break;
        (string certificate, string key) = Composition.CertificateFiles(settings);
        if (CertificateFiles.FaultOf(certificate, key, TimeProvider.System) is { } fault)
            yield return new Problem(
                Severity.Error,
                Path.Combine(settings.CtrlDirectory, "packetboat.ini"),
                0,
                nameof(PacketboatSettings.Certificate),
                certificate,
                fault,
                "put a PEM certificate and its own key there"
            );
    }

    /// <summary>The mail of the relay would be parked.</summary>
    private static IEnumerable<Problem> ClientCertificates(Settings settings) =>
        from certificate in settings.ClientCertificates
        let fault = certificate.Review(TimeProvider.System)
        where fault is not null
        select new Problem(
            fault.Value.Severity,
            Path.Combine(settings.CtrlDirectory, "packetboat.ini"),
            0,
            nameof(RelaySettings.Certificate),
            certificate.File,
            fault.Value.Reason,
            "put the PEM certificate that the relay knows and its own key there"
        );

    private static IEnumerable<Problem> SigningKey(Settings settings)
    {
        MailSettings mail = settings.Mail;
        string key = Path.Combine(settings.CtrlDirectory, $"dkim_{mail.DkimSelector}.pem");
        if (mail.DkimSign && mail.DkimDomain.Length > 0 && !File.Exists(key))
            yield return new Problem(
                Severity.Warning,
                Path.Combine(settings.CtrlDirectory, "sbbs.ini"),
                0,
                "DKIMSign",
                "",
                $"mail goes out unsigned, because there is no key {key}",
                $"make it: packetboat dkim new {mail.DkimDomain} --selector {mail.DkimSelector} --out {key}"
            );
    }

    /// <summary>Refusals tell nodes to write to the postmaster, and complaints about them come to abuse.</summary>
    private static IEnumerable<Problem> Mailboxes(Settings settings)
    {
        const MailOptions Accounts = MailOptions.USE_SUBMISSION_PORT | MailOptions.TLS_SUBMISSION;
        if ((settings.Mail.Options & Accounts) == MailOptions.None)
            yield break;
        string file = Path.Combine(settings.CtrlDirectory, "alias.cfg");
        var aliases = new AliasFile(file, TimeSpan.Zero, TimeProvider.System);
        foreach (string address in Roles.Select(role => $"{role}@{settings.Mail.HostName}"))
            if (aliases.Resolve(address) is null)
                yield return new Problem(
                    Severity.Warning,
                    file,
                    0,
                    "",
                    "",
                    $"nobody gets mail for {address}: it is refused"
                        + (address.StartsWith("abuse@", StringComparison.Ordinal) ? ", and complaints are not counted" : ""),
                    $"write a line: {address}    you@example.org"
                );
    }
}
