using System.Globalization;
using System.Net;
using System.Numerics;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Configuration;

/// <summary>Looks for settings that are each in order and contradict one another.</summary>
internal static class SettingsReview
{
    private const string Options = "Options";
    private const int SmtpPort = 25;

    public static void OfMail(MailSettings mail, SettingReader keys)
    {
        ReviewRelay(mail, keys);
        ReviewListeners(mail, keys);
        ReviewSigning(mail, keys);
    }

    public static void OfPacketboat(PacketboatSettings packetboat, MailSettings mail, SettingReader keys)
    {
        ReviewEnrolment(packetboat, mail, keys);
        AlarmReview.Of(packetboat, keys);
        ReviewDnssec(packetboat, mail, keys);
        if (packetboat.DeliveryMode == DeliveryMode.Auto && mail.RelayServer.Length == 0)
            keys.Report(
                Severity.Error,
                nameof(packetboat.DeliveryMode),
                "Auto needs a relay, and RelayServer in sbbs.ini is blank",
                "write RelayServer=relay.example.net in [Mail]"
            );
        else if (packetboat.DeliveryMode == DeliveryMode.Auto && mail.RelayPort == SmtpPort)
            keys.Report(
                Severity.Warning,
                nameof(packetboat.DeliveryMode),
                "RelayPort in sbbs.ini is 25: where that is blocked, neither the relay nor anybody else can be reached",
                "write RelayPort=587, which providers leave open"
            );
        LimitKeys.Review(packetboat.Limits, keys);
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

    private static void ReviewDnssec(PacketboatSettings packetboat, MailSettings mail, SettingReader keys)
    {
        const string Trusted = nameof(packetboat.DnssecTrusted);
        if (!packetboat.DnssecTrusted)
            return;
        if (mail.DnsServer is null)
            keys.Report(
                Severity.Error,
                Trusted,
                "it is not said which server is believed: DNSServer is blank",
                "write DNSServer=127.0.0.1 into sbbs.ini, and let a validating resolver such as unbound run there"
            );
        else if (IPAddress.TryParse(mail.DnsServer.Host, out IPAddress? address) && !IPAddress.IsLoopback(address))
            keys.Report(
                Severity.Warning,
                Trusted,
                $"whoever sits between here and {address} can say that a forged answer was validated",
                "let a validating resolver run on this machine, and write DNSServer=127.0.0.1 into sbbs.ini"
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

    /// <summary>As with Synchronet mail goes out unsigned then; a wrong name would make receivers look for nothing.</summary>
    private static void ReviewSigning(MailSettings mail, SettingReader keys)
    {
        if (!mail.DkimSign)
            return;
        if (mail.DkimDomain.Length == 0)
            keys.Report(
                Severity.Warning,
                "DKIMSign",
                "mail is not signed, because DKIMDomain is blank",
                "write DKIMDomain=example.net"
            );
        else if (!MailAddress.IsDomain(mail.DkimDomain) || mail.DkimDomain[0] == '[')
            keys.Report(Severity.Error, "DKIMDomain", $"'{mail.DkimDomain}' is no domain", "write DKIMDomain=example.net");
        if (!MailAddress.IsDomain(mail.DkimSelector) || mail.DkimSelector[0] == '[')
            keys.Report(Severity.Error, "DKIMSelector", $"'{mail.DkimSelector}' is no name of DNS", "write DKIMSelector=mail");
    }

    private static IEnumerable<(string Key, int Port, bool IsOn)> Listeners(MailSettings mail) =>
        [
            ("SMTPPort", mail.SmtpPort, true),
            ("SubmissionPort", mail.SubmissionPort, mail.Options.HasFlag(MailOptions.USE_SUBMISSION_PORT)),
            ("TLSSubmissionPort", mail.TlsSubmissionPort, mail.Options.HasFlag(MailOptions.TLS_SUBMISSION)),
        ];

    private static void ReviewEnrolment(PacketboatSettings packetboat, MailSettings mail, SettingReader keys)
    {
        const string Port = nameof(packetboat.EnrolmentPort);
        RequireFile(packetboat.EnrolmentTerms, nameof(packetboat.EnrolmentTerms), keys);
        if (
            new FileInfo(packetboat.EnrolmentTerms is { Length: > 0 } file ? file : "none") is
            { Exists: true, Length: > EnrolmentTerms.MaxLength }
        )
            keys.Report(
                Severity.Error,
                nameof(packetboat.EnrolmentTerms),
                $"the file is larger than {EnrolmentTerms.MaxLength / 1024} KiB",
                "shorten it: nobody reads that much"
            );
        if (packetboat.EnrolmentPort == 0)
            return;
        if ((mail.Options & (MailOptions.USE_SUBMISSION_PORT | MailOptions.TLS_SUBMISSION)) == MailOptions.None)
            keys.Report(
                Severity.Error,
                Port,
                "nodes would join and have no port to send to",
                "add USE_SUBMISSION_PORT to Options in [Mail] of sbbs.ini"
            );
        if (
            Listeners(mail).FirstOrDefault(listener => listener.IsOn && listener.Port == packetboat.EnrolmentPort).Key is
            { } taken
        )
            keys.Report(Severity.Error, Port, $"{taken} has that port already", $"give {Port} another");
    }

    internal static void RequireFile(string path, string key, SettingReader keys)
    {
        if (path.Length > 0 && !File.Exists(path))
            keys.Report(Severity.Error, key, $"there is no file {path}", "correct the path");
    }
}
