using System.Globalization;
using System.Numerics;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Configuration;

/// <summary>Looks for settings that are each in order and contradict one another.</summary>
internal static class SettingsReview
{
    private const string Options = "Options";

    public static void OfMail(MailSettings mail, SettingReader keys)
    {
        ReviewRelay(mail, keys);
        ReviewListeners(mail, keys);
    }

    public static void OfPacketboat(PacketboatSettings packetboat, SettingReader keys)
    {
        RequireFile(packetboat.Certificate, nameof(packetboat.Certificate), keys);
        RequireFile(packetboat.CertificateKey, nameof(packetboat.CertificateKey), keys);
        RequireFile(packetboat.RelayCertificateFile, nameof(packetboat.RelayCertificateFile), keys);
        if (!ReportWords.Languages.Contains(packetboat.ReportLanguage, StringComparer.Ordinal))
            keys.Report(
                Severity.Error,
                nameof(packetboat.ReportLanguage),
                $"there are no words in this language; there are {string.Join(", ", ReportWords.Languages)}",
                "write ReportLanguage=en"
            );
        if (packetboat.CertificateKey.Length > 0 && packetboat.Certificate.Length == 0)
            keys.Report(
                Severity.Error,
                nameof(packetboat.CertificateKey),
                "a key without a certificate",
                "write Certificate=fullchain.pem"
            );
    }

    private static void ReviewRelay(MailSettings mail, SettingReader keys)
    {
        MailOptions mechanisms = mail.Options & RelaySettings.MechanismFlags;
        if (BitOperations.PopCount((uint)mechanisms) > 1)
        {
            // Synchronet then sends the words AUTH <unknown>.
            keys.Report(
                Severity.Error,
                Options,
                "more than one RELAY_AUTH flag, so that none counts",
                "leave one of them, or none for the strongest"
            );
        }

        if (!mail.Options.HasFlag(MailOptions.RELAY_TX))
            return;
        if (mail.RelayServer.Length == 0)
            keys.Report(
                Severity.Error,
                Options,
                "RELAY_TX needs a relay, and RelayServer is blank",
                "write RelayServer=relay.example.net"
            );
        ReviewCredentials(mail, mechanisms, keys);
    }

    private static void ReviewCredentials(MailSettings mail, MailOptions mechanisms, SettingReader keys)
    {
        if (mail.RelayUsername.Length == 0 && mechanisms != MailOptions.None)
            keys.Report(
                Severity.Error,
                Options,
                $"{mechanisms} needs a name, and RelayUsername is blank",
                "write RelayUsername=MYBBS, or remove the flag"
            );
        else if (mail.RelayUsername.Length == 0 && mail.RelayPassword.IsSet)
            keys.Report(
                Severity.Warning,
                nameof(mail.RelayPassword),
                "not used, because RelayUsername is blank",
                "write RelayUsername=MYBBS"
            );
        else if (mail.RelayUsername.Length > 0 && !mail.RelayPassword.IsSet)
            keys.Report(
                Severity.Warning,
                nameof(mail.RelayUsername),
                "there is no RelayPassword to log in with",
                "add RelayPassword"
            );
    }

    private static void ReviewListeners(MailSettings mail, SettingReader keys)
    {
        var taken = new Dictionary<int, string>();
        foreach ((string key, int port, bool isOn) in Listeners(mail))
        {
            if (!isOn || taken.TryAdd(port, key))
                continue;
            string text = port.ToString(CultureInfo.InvariantCulture);
            keys.Report(Severity.Error, key, $"{taken[port]} has the port {text} already", $"give {key} another port");
        }
    }

    private static IEnumerable<(string Key, int Port, bool IsOn)> Listeners(MailSettings mail) =>
        [
            ("SMTPPort", mail.SmtpPort, true),
            ("SubmissionPort", mail.SubmissionPort, mail.Options.HasFlag(MailOptions.USE_SUBMISSION_PORT)),
            ("TLSSubmissionPort", mail.TlsSubmissionPort, mail.Options.HasFlag(MailOptions.TLS_SUBMISSION)),
        ];

    private static void RequireFile(string path, string key, SettingReader keys)
    {
        if (path.Length > 0 && !File.Exists(path))
            keys.Report(Severity.Error, key, $"there is no file {path}", "correct the path");
    }
}
