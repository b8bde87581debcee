using System.Globalization;
using System.Net;
using CsCheck;
using Packetboat.Relay.Configuration;
using static Packetboat.Relay.Tests.Configuration.ConfigurationFolder;

namespace Packetboat.Relay.Tests.Configuration;

public sealed class ConfigurationReaderTests
{
    private const string HowTo = """
        [Mail]
        Options = ALLOW_POP3 | RELAY_TX | RELAY_AUTH_PLAIN
        RelayServer = relay.example.net
        RelayPort=587
        RelayUsername=MYBBS
        RelayPassword=NodePw77
        """;

    [Theory]
    [InlineData("mail.münchen.example", "mail.xn--mnchen-3ya.example")]
    [InlineData("mail.xn--mnchen-3ya.example", "mail.xn--mnchen-3ya.example")]
    public void Names_in_other_scripts_are_A_labels(string written, string name)
    {
        MailSettings mail = ConfigurationFolder.ReadMail($"HostName = {written}", $"RelayServer = {written}").Settings!.Mail;
        Assert.Equal((name, name), (mail.HostName, mail.RelayServer));
    }

    [Fact]
    public void The_how_to_of_a_relay_reads_without_any_problem()
    {
        ConfigurationResult result = ReadFile(HowTo);
        Assert.Empty(result.Problems);
        Assert.Equal(
            new RelaySettings("relay.example.net", 587, false, "MYBBS", new Secret("NodePw77"), RelayMechanism.Plain),
            result.Settings!.Relay
        );
    }

    [Fact]
    public void A_file_written_from_the_stock_one_reads_without_any_problem()
    {
        ConfigurationResult result = ReadFile(Sample("from-stock.ini"));
        Assert.Empty(result.Problems);
        MailSettings mail = result.Settings!.Mail;
        Assert.Equal(TimeSpan.FromSeconds(90), mail.MaxInactivity);
        Assert.Equal(TimeSpan.FromMinutes(90), mail.RescanFrequency);
        Assert.Equal(12, mail.MaxDeliveryAttempts);
        Assert.Equal(20 << 20, mail.MaxMsgSize);
        Assert.Equal("NOT QNODE", mail.LoginRequirements);
        Assert.Equal(SyslogLevel.Emergency, mail.TlsErrorLevel);
        Assert.Equal("smtp.hub.example", result.Settings.Relay!.Server);
    }

    [Fact]
    public void A_quoted_password_keeps_its_leading_blank()
    {
        // This one asks for CRAM-MD5 without naming an account, which is the only thing wrong with it.
        ConfigurationResult result = ReadFile(
            Sample("quoted-value.ini").Replace("RelayUsername = ", "RelayUsername = MYBBS", StringComparison.Ordinal)
        );
        Assert.Empty(result.Problems);
        Assert.Equal(" lead space", result.Settings!.Mail.RelayPassword.RevealValue());
        Assert.Equal(1500000, result.Settings.Mail.MaxMsgSize);
        Assert.Equal(RelayMechanism.CramMd5, result.Settings.Relay!.Mechanism);
    }

    [Fact]
    public void A_file_written_from_nothing_has_the_defaults()
    {
        string text = Sample("from-nothing.ini")
            .Replace("RelayUsername = ", "RelayUsername = MYBBS", StringComparison.Ordinal)
            .Replace("RelayPassword = ", "RelayPassword = NodePw77", StringComparison.Ordinal);
        ConfigurationResult result = ReadFile(text);
        Assert.Empty(result.Problems);

        Settings defaults = ConfigurationReader.Defaults(result.Settings!.CtrlDirectory, "box.example.net");
        foreach (EffectiveValue value in result.Values.Where(v => v.Source.StartsWith("[Global]", StringComparison.Ordinal)))
            Assert.NotEqual("", value.Value);
        Assert.Equal(defaults.Mail.Interface, result.Settings.Mail.Interface);
        Assert.Equal(defaults.Mail.MaxInactivity, result.Settings.Mail.MaxInactivity);
        Assert.Equal(defaults.Mail.LoginAttemptTempBanDuration, result.Settings.Mail.LoginAttemptTempBanDuration);
        Assert.Equal(defaults.Mail.DkimSelector, result.Settings.Mail.DkimSelector);
    }

    [Theory]
    [InlineData("quoted-value.ini", "RELAY_AUTH_CRAM_MD5")]
    [InlineData("from-nothing.ini", "RELAY_AUTH_LOGIN")]
    public void Nothing_but_the_missing_account_is_wrong_with_the_other_written_files(string name, string flag) =>
        Assert.Contains(flag, Assert.Single(ReadFile(Sample(name)).Problems).Reason, StringComparison.Ordinal);

    [Fact]
    public void Without_any_key_everything_has_its_default()
    {
        MailSettings mail = ReadMail().Settings!.Mail;
        Assert.Equal([new ListenAddress(IPAddress.Any, null), new ListenAddress(IPAddress.IPv6Any, null)], mail.Interface);
        Assert.Equal(
            (25, 587, 465, 110, 995, 25),
            (mail.SmtpPort, mail.SubmissionPort, mail.TlsSubmissionPort, mail.Pop3Port, mail.TlsPop3Port, mail.RelayPort)
        );
        Assert.Equal(
            (100, 0, 100, 100, 10, 50),
            (
                mail.MaxClients,
                mail.MaxConcurrentConnections,
                mail.MaxRecipients,
                mail.MaxMsgsWaiting,
                mail.LinesPerYield,
                mail.MaxDeliveryAttempts
            )
        );
        Assert.Equal(
            (120, 3600, 30, 2, 0),
            (
                mail.MaxInactivity.TotalSeconds,
                mail.RescanFrequency.TotalSeconds,
                mail.ConnectTimeout.TotalSeconds,
                mail.SemFileCheckFrequency.TotalSeconds,
                mail.SpamBlockDuration.TotalSeconds
            )
        );
        Assert.Equal(
            (5000, 1000, 600),
            (
                mail.LoginAttemptDelay.TotalMilliseconds,
                mail.LoginAttemptThrottle.TotalMilliseconds,
                mail.LoginAttemptTempBanDuration.TotalSeconds
            )
        );
        Assert.Equal(
            (10, 20, 0, 2, 15),
            (
                mail.LoginAttemptHackThreshold,
                mail.LoginAttemptTempBanThreshold,
                mail.LoginAttemptFilterThreshold,
                mail.BindRetryCount,
                mail.BindRetryDelay.TotalSeconds
            )
        );
        Assert.Equal(
            (0, 3600, 0, 64, 2),
            (
                mail.MaxRequestsPerPeriod,
                mail.RequestRateLimitPeriod.TotalSeconds,
                mail.RateLimitSubnetPrefix4,
                mail.RateLimitSubnetPrefix6,
                mail.RateLimitFilterSubnetThreshold
            )
        );
        Assert.Equal(
            (SyslogLevel.Debug, SyslogLevel.Emergency, "mail", "X-DNSBL", "SPAM"),
            (mail.LogLevel, mail.TlsErrorLevel, mail.DkimSelector, mail.DnsBlacklistHeader, mail.DnsBlacklistSubject)
        );
        Assert.Equal((20L << 20, 16L << 20, MailOptions.ALLOW_POP3), (mail.MaxMsgSize, mail.JavaScriptMaxBytes, mail.Options));
        Assert.Equal((true, false, false), (mail.AutoStart, mail.DkimSign, mail.NotifyOfflineUsers));
    }

    [Theory]
    [InlineData("MaxRecipients")]
    [InlineData("RelayPort")]
    [InlineData("MaxInactivity")]
    [InlineData("MaxMsgSize")]
    [InlineData("LogLevel")]
    [InlineData("AutoStart")]
    [InlineData("DKIMSelector")]
    [InlineData("Interface")]
    public void A_blank_value_is_the_same_as_a_missing_one(string key)
    {
        ConfigurationResult blank = ReadMail(key + " = ");
        Assert.Empty(blank.Problems);
        Assert.Equal(ValueOf(ReadMail(), key), ValueOf(blank, key));
    }

    [Fact]
    public void Blank_options_are_none() => Assert.Equal(MailOptions.None, ReadMail("Options = ").Settings!.Mail.Options);

    [Theory]
    [InlineData("SMTPPort", "25")]
    [InlineData("RelayPort", "25")]
    [InlineData("MaxClients", "10")]
    [InlineData("MaxInactivity", "2m")]
    [InlineData("MaxDeliveryAttempts", "50")]
    [InlineData("RescanFrequency", "1h")]
    [InlineData("SemFileCheckFrequency", "2s")]
    [InlineData("MaxRecipients", "0")]
    [InlineData("MaxMsgSize", "0")]
    [InlineData("ConnectTimeout", "0")]
    public void Zero_means_what_it_means_to_Synchronet(string key, string expected)
    {
        ConfigurationResult result = ReadMail(key + " = 0");
        Assert.Empty(result.Problems);
        Assert.Equal(expected, ValueOf(result, key).Value);
    }

    [Theory]
    [InlineData("LogLevel = Info", "", "LogLevel", "Info", "[Global] ctrl/sbbs.ini:2")]
    [InlineData("LogLevel = Info", "LogLevel = Error", "LogLevel", "Error", "ctrl/sbbs.ini:4")]
    [InlineData("LogLevel = Info", "LogLevel = ", "LogLevel", "Info", "[Global] ctrl/sbbs.ini:2")]
    [InlineData("Interface = 10.0.0.1", "", "POP3Interface", "10.0.0.1", "[Global] ctrl/sbbs.ini:2")]
    [InlineData("MaxClients = 7", "", "MaxClients", "100", "default")]
    [InlineData("LoginAttemptDelay = 1", "", "LoginAttemptDelay", "1", "[Global] ctrl/sbbs.ini:2")]
    public void Some_keys_are_inherited_from_Global(string global, string mail, string key, string value, string source)
    {
        ConfigurationResult result = ReadFile($"[Global]\n{global}\n[Mail]\n{mail}\n");
        EffectiveValue effective = ValueOf(result, key);
        Assert.Equal((value, source), (effective.Value, effective.Source.Replace('\\', '/')));
    }

    [Theory]
    [InlineData("RelayPort = abc", "ctrl/sbbs.ini:2: RelayPort = \"abc\": not a port number (1-65535); write RelayPort=587")]
    [InlineData("RelayPort = 70000", "ctrl/sbbs.ini:2: RelayPort = \"70000\": not a port number (1-65535); write RelayPort=587")]
    [InlineData(
        "SubmissionPort = 0",
        "ctrl/sbbs.ini:2: SubmissionPort = \"0\": not a port number (1-65535); write SubmissionPort=587"
    )]
    [InlineData("MaxRecipients = -1", "ctrl/sbbs.ini:2: MaxRecipients = \"-1\": out of range (0-65535); write MaxRecipients=100")]
    [InlineData(
        "RescanFrequency = 1d",
        "ctrl/sbbs.ini:2: RescanFrequency = \"1d\": out of range (0-65535s); write RescanFrequency=1h"
    )]
    [InlineData(
        "AutoStart = maybe",
        "ctrl/sbbs.ini:2: AutoStart = \"maybe\": neither true nor false, and read as false; write AutoStart=true"
    )]
    [InlineData(
        "Options = RELAY_TS",
        "ctrl/sbbs.ini:2: Options = \"RELAY_TS\": 'RELAY_TS' is no flag (did you mean RELAY_TX?); write Options=RELAY_TX"
    )]
    [InlineData(
        "SubmissionsPort = 465",
        "ctrl/sbbs.ini:2: SubmissionsPort: the key is now TLSSubmissionPort; rename it to TLSSubmissionPort"
    )]
    [InlineData("Options = MUTE", "ctrl/sbbs.ini:2: Options = \"MUTE\": MUTE no longer exists: leave it out")]
    [InlineData(
        "Interface = localhost",
        "ctrl/sbbs.ini:2: Interface = \"localhost\": 'localhost' is no address (ip, ip:port or [v6]:port); write Interface=127.0.0.1,::1"
    )]
    [InlineData(
        "RelayServer = relay:587",
        "ctrl/sbbs.ini:2: RelayServer = \"relay:587\": the port 587 has a key of its own; write RelayServer=relay"
    )]
    [InlineData(
        "RelayServer = smtp://relay",
        "ctrl/sbbs.ini:2: RelayServer = \"smtp://relay\": neither a host name nor an address; write RelayServer=relay.example.net"
    )]
    [InlineData(
        "OutboundInterface = ::1",
        "ctrl/sbbs.ini:2: OutboundInterface = \"::1\": not an IPv4 address; write OutboundInterface=192.0.2.1"
    )]
    [InlineData(
        "DNSServer = 1.2.3.4:x",
        "ctrl/sbbs.ini:2: DNSServer = \"1.2.3.4:x\": neither a host nor host:port nor [v6]:port; write DNSServer=192.0.2.53"
    )]
    [InlineData(
        "LogLevel = loud",
        "ctrl/sbbs.ini:2: LogLevel = \"loud\": not one of Emergency, Alert, Critical, Error, Warning, Notice, Info, Debug; write LogLevel=Info"
    )]
    [InlineData(
        "RelayUsername:\"a\\x00b\"",
        "ctrl/sbbs.ini:2: RelayUsername = \"\"a\\x00b\"\": contains a control character; write RelayUsername=MYBBS"
    )]
    public void An_error_says_where_what_why_and_what_instead(string line, string expected)
    {
        ConfigurationResult result = ReadMail(line);
        Problem problem = Assert.Single(result.Problems);
        Assert.Equal(expected, problem.ToString().Replace('\\', '/').Replace("/x00", "\\x00", StringComparison.Ordinal));
        Assert.Null(result.Settings);
    }

    [Theory]
    [InlineData("RelayPort = 587x", "RelayPort", "587", "write RelayPort=587")]
    [InlineData("RequestRateLimitPeriod = 1h", "RequestRateLimitPeriod", "1", "write RequestRateLimitPeriod=3600")]
    [InlineData("LoginAttemptDelay = 5s", "LoginAttemptDelay", "5", "write LoginAttemptDelay=5000")]
    [InlineData("MaxInactivity = 1h30m", "MaxInactivity", "1h", "write MaxInactivity=90m")]
    [InlineData("MaxMsgSize = 20 M", "MaxMsgSize", "20", "write MaxMsgSize=20M")]
    [InlineData("MaxRecipients = 0100", "MaxRecipients", "64", "write MaxRecipients=64")]
    [InlineData("DefaultUser = me ; remark", "DefaultUser", "me ; remark", "")]
    [InlineData("DefaultUser = \"me\"", "DefaultUser", "\"me\"", "")]
    [InlineData("MaxRecipient = 5", "MaxRecipients", "100", "did you mean MaxRecipients?")]
    [InlineData("MaxRecipients = 5\nMaxRecipients = 6", "MaxRecipients", "5", "remove one of them")]
    [InlineData("Options = 0x84", "Options", "ALLOW_POP3 | NO_READ_POP3", "write Options=ALLOW_POP3 | NO_READ_POP3")]
    [InlineData("MaxRecipients 5", "MaxRecipients", "100", "begin a comment with ;")]
    [InlineData("[Mail]\nMaxRecipients = 5", "MaxRecipients", "100", "move its lines there")]
    public void What_Synchronet_misreads_in_silence_is_read_the_same_with_a_warning(
        string line,
        string key,
        string value,
        string remedy
    )
    {
        ConfigurationResult result = ReadMail(line);
        Problem problem = Assert.Single(result.Problems);
        Assert.Equal((Severity.Warning, remedy), (problem.Severity, problem.Remedy));
        Assert.Equal(value, ValueOf(result, key).Value);
        Assert.NotNull(result.Settings);
    }

    [Theory]
    [InlineData("Options = RELAY_TX", "RelayServer is blank")]
    [InlineData("RelayServer = r.example\nOptions = RELAY_TX | RELAY_AUTH_LOGIN", "RelayUsername is blank")]
    [InlineData(
        "RelayServer = r.example\nRelayUsername = A\nRelayPassword = b\nOptions = RELAY_TX | RELAY_AUTH_LOGIN | RELAY_AUTH_PLAIN",
        "more than one"
    )]
    [InlineData("Options = USE_SUBMISSION_PORT\nSubmissionPort = 25", "SMTPPort has the port 25")]
    public void Settings_that_contradict_one_another_are_refused(string lines, string reason)
    {
        ConfigurationResult result = ReadMail(lines);
        Assert.Contains(reason, Assert.Single(result.Problems).Reason, StringComparison.Ordinal);
        Assert.Null(result.Settings);
    }

    [Fact]
    public void All_problems_are_reported_together()
    {
        ConfigurationResult result = ReadFile("[Mail]\nSMTPPort = x\nMaxMsgSize = y\n", "[Delivery]\nMaxAge = z\n");
        Assert.Equal(["SMTPPort", "MaxMsgSize", "MaxAge"], result.Problems.Select(p => p.Key));
    }

    [Fact]
    public void A_wrong_inherited_value_is_reported_once_and_where_it_stands() =>
        Assert.Equal(
            "ctrl/sbbs.ini:2: Interface",
            Assert.Single(ReadFile("[Global]\nInterface = x\n[Mail]\n").Problems).ToString().Replace('\\', '/')[..26]
        );

    [Fact]
    public void A_password_is_never_shown()
    {
        ConfigurationResult result = ReadMail(
            "RelayPassword = \"hunter2\"",
            "RelayPasword = hunter2",
            "PW = hunter2",
            "RelayPassword hunter2",
            "RelayUsername = A"
        );
        Assert.NotEmpty(result.Problems);
        string shown = string.Join('\n', result.Problems) + string.Join('\n', result.Values) + result.Settings;
        Assert.DoesNotContain("hunter2", shown, StringComparison.Ordinal);
        Assert.Equal("(set)", ValueOf(result, "RelayPassword").Value);
    }

    [Fact]
    public void Keys_and_flags_that_are_set_and_not_used_yet_can_be_listed()
    {
        ConfigurationResult result = ReadMail("NotifyOfflineUsers = true", "RelayPort = 25", "Options = TLS_POP3 | NO_SENDMAIL");
        Assert.Equal(
            ["NotifyOfflineUsers", "Options: TLS_POP3"],
            result.Values.Where(v => v.IsSet && !v.UsedYet).Select(v => v.Key)
        );
    }

    [Theory]
    [InlineData("", "mail", Severity.Warning, "DKIMSign")]
    [InlineData("hub_.example.", "mail", Severity.Error, "DKIMDomain")]
    [InlineData("[192.0.2.1]", "mail", Severity.Error, "DKIMDomain")]
    [InlineData("hub.example", "../mail", Severity.Error, "DKIMSelector")]
    public void A_signature_needs_a_domain_and_a_selector_that_dns_can_have(
        string domain,
        string selector,
        Severity severity,
        string key
    )
    {
        Problem problem = Assert.Single(
            ReadMail("DKIMSign = true", $"DKIMDomain = {domain}", $"DKIMSelector = {selector}").Problems
        );

        Assert.Equal(severity, problem.Severity);
        Assert.Contains(key, problem.ToString(), StringComparison.Ordinal);
        Assert.Empty(ReadMail("DKIMSign = false", $"DKIMDomain = {domain}", $"DKIMSelector = {selector}").Problems);
    }

    [Theory]
    [InlineData("127.0.0.1:2525,[::1]:26,::1", "127.0.0.1:2525,[::1]:26,::1")]
    public void A_listening_address_may_have_a_port(string text, string expected) =>
        Assert.Equal(expected, string.Join(',', ReadMail("Interface = " + text).Settings!.Mail.Interface));

    [Theory]
    [InlineData("192.0.2.53", "192.0.2.53", null)]
    [InlineData("192.0.2.53:5353", "192.0.2.53", 5353)]
    [InlineData("[2001:db8::1]:5353", "2001:db8::1", 5353)]
    [InlineData("dns.example.net", "dns.example.net", null)]
    [InlineData("<auto>", null, null)]
    public void A_resolver_may_have_a_port(string text, string? host, int? port) =>
        Assert.Equal(
            host is null ? null : new ServerAddress(host, port),
            ReadMail("DNSServer = " + text).Settings!.Mail.DnsServer
        );

    [Theory]
    [InlineData("RELAY_AUTH_PLAIN", "A", "b", RelayMechanism.Plain)]
    [InlineData("RELAY_AUTH_LOGIN", "A", "b", RelayMechanism.Login)]
    [InlineData("RELAY_AUTH_CRAM_MD5", "A", "b", RelayMechanism.CramMd5)]
    [InlineData("0", "A", "b", RelayMechanism.Strongest)]
    [InlineData("0", "", "", RelayMechanism.None)]
    public void The_flag_or_the_credentials_choose_the_mechanism(
        string flag,
        string user,
        string password,
        RelayMechanism expected
    )
    {
        string[] lines =
        [
            "RelayServer = [192.0.2.1]",
            $"RelayUsername = {user}",
            $"RelayPassword = {password}",
            $"Options = RELAY_TX | {flag}",
        ];
        RelaySettings relay = ReadMail(lines).Settings!.Relay!;
        Assert.Equal(("192.0.2.1", expected), (relay.Server, relay.Mechanism));
    }

    [Theory]
    [InlineData(465, true)]
    [InlineData(587, false)]
    public void A_relay_on_port_465_begins_with_tls(int port, bool expected) =>
        Assert.Equal(
            expected,
            ReadMail(
                "Options = RELAY_TX",
                "RelayServer = r.example",
                string.Create(CultureInfo.InvariantCulture, $"RelayPort = {port}")
            ).Settings!.Relay!.ImplicitTls
        );

    [Fact]
    public void Without_RELAY_TX_there_is_no_relay() => Assert.Null(ReadMail("RelayServer = r.example").Settings!.Relay);

    [Theory]
    [InlineData("box.example.net", "sbbs.box.example.net.ini")]
    [InlineData("box.example.net", "sbbs.box.ini")]
    [InlineData("box.example.net", "sbbs.linux.ini")]
    [InlineData("box.example.net", "sbbs.local.ini")]
    public void The_most_particular_file_is_read_instead_of_sbbs_ini(string host, string name)
    {
        using var folder = new ConfigurationFolder();
        folder
            .With("sbbs.ini", "[Mail]\nMaxClients = 1\n")
            .With(name, "[Mail]\nMaxClients = 2\n")
            .With("sbbs.win32.ini", "[Mail]\nMaxClients = 3\n");
        ConfigurationResult result = folder.Read(host);
        Assert.Equal(2, result.Settings!.Mail.MaxClients);
        Assert.Equal([Path.Combine(folder.Ctrl, name)], result.Files);
    }

    [Fact]
    public void Without_sbbs_ini_there_are_no_settings()
    {
        using var folder = new ConfigurationFolder();
        ConfigurationResult result = folder.Read();
        Assert.Equal("there is no such file", Assert.Single(result.Problems).Reason);
        Assert.Null(result.Settings);
    }

    [Theory]
    [InlineData("[Global]\nHostName = g.example\n[Mail]\nHostName = m.example", "[Internet]\naddr = i.example", "m.example")]
    [InlineData("[Global]\nHostName = g.example\n[Mail]", "[Internet]\naddr = i.example", "g.example")]
    [InlineData("[Mail]", "[Internet]\naddr = i.example", "i.example")]
    [InlineData("[Mail]", "[Internet]\naddr =", "box.example.net")]
    public void Our_name_comes_from_the_first_place_that_has_one(string sbbs, string msgs, string expected)
    {
        using var folder = new ConfigurationFolder();
        ConfigurationResult result = folder.With("sbbs.ini", sbbs).With("msgs.ini", msgs).Read();
        Assert.Empty(result.Problems);
        Assert.Equal((expected, expected), (result.Settings!.Mail.HostName, ValueOf(result, "HostName").Value));
    }

    [Fact]
    public void The_system_address_may_differ_from_our_name()
    {
        using var folder = new ConfigurationFolder();
        folder.With("sbbs.ini", "[Mail]\nHostName = mail.bbs.example").With("msgs.ini", "[Internet]\naddr = bbs.example");
        Assert.Equal("bbs.example", folder.Read().Settings!.SystemAddress);
    }

    [Fact]
    public void A_machine_name_without_a_dot_is_a_warning()
    {
        using var folder = new ConfigurationFolder();
        ConfigurationResult result = folder.With("sbbs.ini", "[Mail]\n").Read("box");
        Assert.Equal(Severity.Warning, Assert.Single(result.Problems).Severity);
        Assert.Equal("box", result.Settings!.Mail.HostName);
    }

    [Theory]
    [InlineData("[Delivry]", "did you mean [Delivery]?")]
    [InlineData("[Delivery]\nMaxAgee = 1d", "did you mean MaxAge?")]
    [InlineData("MaxAge = 1d", "move it to [Delivery]")]
    [InlineData("[Relay]\nMaxAge = 1d", "move it to [Delivery]")]
    [InlineData("[Delivery]\nMaxAge", "begin a comment with ;")]
    [InlineData("[Delivery]\nDeliveryMode = Relay", "write DeliveryMode=Direct")]
    [InlineData("[Delivery]\nDeliveryMode = Relai", "write DeliveryMode=Relay")]
    [InlineData("[Delivery]\nDeliveryMode = Auto", "write RelayServer=relay.example.net in [Mail]")]
    [InlineData("[Submission]\nAuthInClear = home", "write AuthInClear=192.168.1.0/24")]
    [InlineData("[Tls]\nCertificate = none.pem", "correct the path")]
    public void Our_own_file_must_be_right(string text, string remedy)
    {
        ConfigurationResult result = ReadFile("[Mail]\n", text);
        Problem problem = Assert.Single(result.Problems);
        Assert.Equal((Severity.Error, remedy), (problem.Severity, problem.Remedy));
        Assert.Null(result.Settings);
    }

    [Fact]
    public void Auto_goes_with_a_relay_and_not_with_all_mail_to_it()
    {
        Settings settings = ReadFile("[Mail]\nRelayServer=hub.example\n", "[Delivery]\nDeliveryMode=auto\n").Settings!;
        Assert.Equal(
            (DeliveryMode.Auto, null, "hub.example"),
            (settings.Packetboat.DeliveryMode, settings.Relay, settings.Detour!.Server)
        );

        ConfigurationResult both = ReadFile(
            "[Mail]\nOptions=RELAY_TX\nRelayServer=hub.example\nRelayPort=587\n",
            "[Delivery]\nDeliveryMode=Auto\n"
        );
        Assert.Equal("write DeliveryMode=Relay", Assert.Single(both.Problems).Remedy);
    }

    [Theory]
    [InlineData(25, true)]
    [InlineData(587, false)]
    public void A_relay_that_is_called_by_the_port_that_may_be_blocked_is_no_way_around(int port, bool isWarned)
    {
        ConfigurationResult result = ReadFile(
            $"[Mail]\nRelayServer=hub.example\nRelayPort={port}\n",
            "[Delivery]\nDeliveryMode=Auto\n"
        );
        Assert.Equal(
            isWarned ? [(Severity.Warning, "write RelayPort=587, which providers leave open")] : [],
            result.Problems.Select(problem => (problem.Severity, problem.Remedy))
        );
    }

    [Fact]
    public void Our_own_file_is_read()
    {
        using var folder = new ConfigurationFolder();
        folder
            .With("sbbs.ini", "[Mail]\n")
            .With("relay.pem", "")
            .With(
                "packetboat.ini",
                "[Store]\nDataDirectory = spool\n[Delivery]\nDirectPort=2525\n[Relay]\nRelayCertificateFile = relay.pem\n[Submission]\nAuthInClear = 10.1.2.3/8\n"
            );
        ConfigurationResult result = folder.Read();
        Assert.Empty(result.Problems);
        PacketboatSettings ours = result.Settings!.Packetboat;
        Assert.Equal(Path.Combine(folder.Ctrl, "spool"), ours.DataDirectory);
        Assert.Equal(Path.Combine(folder.Ctrl, "relay.pem"), ours.RelayCertificateFile);
        Assert.Equal(2525, ours.DirectPort);
        Assert.Equal(["127.0.0.0/8", "::1/128", "10.0.0.0/8"], ours.AuthInClear.Select(n => n.ToString()));
    }

    [Theory]
    [InlineData("DNSServer = 127.0.0.1", null)]
    [InlineData("DNSServer = [::1]:5353", null)]
    [InlineData("DNSServer = 192.0.2.1", Severity.Warning)]
    [InlineData("", Severity.Error)]
    public void Only_a_server_on_this_machine_is_believed_without_a_word(string server, Severity? expected)
    {
        using var folder = new ConfigurationFolder();
        folder.With("sbbs.ini", $"[Mail]\n{server}\n").With("packetboat.ini", "[Delivery]\nDnssecTrusted = true\n");
        Assert.Equal(expected, folder.Read().Problems.SingleOrDefault()?.Severity);
    }

    [Fact]
    public void Our_own_defaults_are_as_documented()
    {
        using var folder = new ConfigurationFolder();
        PacketboatSettings ours = folder.With("sbbs.ini", "[Mail]\n").Read().Settings!.Packetboat;
        Assert.Equal(Path.Combine(folder.Root, "data"), ours.DataDirectory);
        Assert.Equal((DeliveryMode.Direct, 5, 60), (ours.DeliveryMode, ours.MaxAge.TotalDays, ours.RetryFirst.TotalSeconds));
        Assert.Equal(
            (20, 5, 25, 50, 10_000),
            (ours.RelayConnections, ours.DestinationConnections, ours.DirectPort, ours.MaxHops, ours.QueueMemory)
        );
        Assert.Equal(
            (false, false, false, 14),
            (ours.RelayTrustedInClear, ours.AllowPrivateTargets, ours.LogJson, ours.TraceRetention.TotalDays)
        );
        Assert.Equal((true, false), (ours.MtaSts, ours.DnssecTrusted));
    }

    [Fact]
    public void Every_key_has_a_property()
    {
        Assert.Equal(Names(KeyTable.Mail), Properties<MailSettings>());
        // The values of [Limits] are one property, which has an index.
        Assert.Equal(
            Names(KeyTable.Packetboat.Where(key => key.Section != LimitKeys.Section || key.Name == LimitKeys.ComplaintReporters)),
            Properties<PacketboatSettings>().Where(name => name != "LIMITS")
        );

        static IEnumerable<string> Names(IEnumerable<SettingKey> keys) =>
            keys.Select(k => k.Name.ToUpperInvariant()).Order(StringComparer.Ordinal);
        static IEnumerable<string> Properties<T>() =>
            typeof(T).GetProperties().Select(p => p.Name.ToUpperInvariant()).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Every_flag_is_in_the_table() =>
        Assert.Equal(Enum.GetValues<MailOptions>()[1..], KeyTable.Flags.Select(f => f.Value));

    [Fact]
    public void No_file_makes_reading_fail()
    {
        using var folder = new ConfigurationFolder();
        string[] keys = [.. KeyTable.Mail.Select(k => k.Name)];
        Gen.Select(Gen.OneOf(keys.Select(Gen.Const).ToArray()), Gen.String[Gen.Char[' ', 'ÿ'], 0, 20])
            .Array[1, 20]
            .Sample(
                lines =>
                {
                    string text = string.Concat(lines.Select(l => $"{l.Item1} = {l.Item2}\n"));
                    folder.With("sbbs.ini", "[Global]\n" + text + "[Mail]\n" + text);
                    ConfigurationResult result = folder.Read();
                    return (result.Settings is null) == result.Problems.Any(p => p.Severity == Severity.Error)
                        && result.Problems.All(p => !p.ToString().Contains('\n', StringComparison.Ordinal));
                },
                iter: 200,
                threads: 1
            );
    }

    private static EffectiveValue ValueOf(ConfigurationResult result, string key) => result.Values.Single(v => v.Key == key);
}
