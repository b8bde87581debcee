namespace Packetboat.Relay.Configuration;

/// <summary>The keys of <c>[Mail]</c> and, where inherited, of <c>[Global]</c>.</summary>
internal static class MailKeys
{
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new("Mail", "AutoStart", SettingType.Boolean, "true", "Whether the mail server starts with the BBS."),
        new(
            "Mail",
            "Interface",
            SettingType.ListenAddresses,
            "0.0.0.0,::",
            "Addresses on which SMTP and submission listen: ip, ip:port or [v6]:port, separated by commas. A port given here takes the place of the listener's own."
        )
        {
            GlobalName = "Interface",
            IsUsedYet = true,
            Example = "127.0.0.1,::1",
        },
        new(
            "Mail",
            "POP3Interface",
            SettingType.ListenAddresses,
            "0.0.0.0,::",
            "Addresses on which POP3 listens; blank means [Global] Interface."
        )
        {
            GlobalName = "Interface",
            Example = "127.0.0.1,::1",
        },
        new("Mail", "OutboundInterface", SettingType.IPv4Address, "", "IPv4 address from which mail is sent; blank means any.")
        {
            GlobalName = "OutboundInterface",
            IsUsedYet = true,
            Example = "192.0.2.1",
        },
        new("Mail", "OutboundV6Interface", SettingType.IPv6Address, "", "IPv6 address from which mail is sent; blank means any.")
        {
            GlobalName = "OutboundV6Interface",
            IsUsedYet = true,
            Example = "2001:db8::1",
        },
        new(
            "Mail",
            "SMTPPort",
            SettingType.Port,
            "25",
            "Port of the transfer listener, where other mail servers and the hosts in relay.cfg connect."
        )
        {
            IsUsedYet = true,
            ZeroMeans = "25",
            Minimum = 1,
            Maximum = 65535,
        },
        new(
            "Mail",
            "SubmissionPort",
            SettingType.Port,
            "587",
            "Port of the submission listener, where accounts log in. Needs the flag USE_SUBMISSION_PORT."
        )
        {
            IsUsedYet = true,
            Minimum = 1,
            Maximum = 65535,
        },
        new(
            "Mail",
            "TLSSubmissionPort",
            SettingType.Port,
            "465",
            "Port of the submission listener that begins with TLS. Needs the flag TLS_SUBMISSION."
        )
        {
            IsUsedYet = true,
            Minimum = 1,
            Maximum = 65535,
        },
        new("Mail", "POP3Port", SettingType.Port, "110", "Port of the POP3 listener. Needs the flag ALLOW_POP3.")
        {
            Minimum = 1,
            Maximum = 65535,
        },
        new(
            "Mail",
            "TLSPOP3Port",
            SettingType.Port,
            "995",
            "Port of the POP3 listener that begins with TLS. Needs the flag TLS_POP3."
        )
        {
            Minimum = 1,
            Maximum = 65535,
        },
        new(
            "Mail",
            "RelayPort",
            SettingType.Port,
            "25",
            "Port of RelayServer. On 465 the connection begins with TLS, on all others STARTTLS is used."
        )
        {
            IsUsedYet = true,
            ZeroMeans = "25",
            Minimum = 1,
            Maximum = 65535,
            Example = "587",
        },
        new(
            "Mail",
            "MaxClients",
            SettingType.Integer,
            "100",
            "Sessions at the same time, of all kinds together. Where all are taken, a stranger who gets nothing done makes room for the next."
        )
        {
            IsUsedYet = true,
            ZeroMeans = "10",
            Maximum = 65535,
        },
        new(
            "Mail",
            "MaxInactivity",
            SettingType.Duration,
            "2m",
            "How long a peer may be silent, whether it called us or we called it. At 2m a host that we call has the times of RFC 5321 (five minutes, ten after the message); they grow and shrink with this, but the ten never shrink."
        )
        {
            IsUsedYet = true,
            ZeroMeans = "2m",
            Maximum = 65535,
        },
        new(
            "Mail",
            "MaxConcurrentConnections",
            SettingType.Integer,
            "0",
            "Connections from one address that have not signed in; 0 is no limit."
        )
        {
            IsUsedYet = true,
            Maximum = 2147483647,
        },
        new("Mail", "MaxRecipients", SettingType.Integer, "100", "Recipients of one message; 0 is no limit.")
        {
            IsUsedYet = true,
            Maximum = 65535,
        },
        new("Mail", "MaxMsgSize", SettingType.Bytes, "20M", "The largest message that is accepted; 0 is no limit.")
        {
            IsUsedYet = true,
        },
        new(
            "Mail",
            "MaxMsgsWaiting",
            SettingType.Integer,
            "100",
            "Messages in a mailbox above which it takes no more; 0 is no limit."
        )
        {
            Maximum = 2147483647,
        },
        new(
            "Mail",
            "LinesPerYield",
            SettingType.Integer,
            "10",
            "Lines after which Synchronet gives up its time slice; 0 is never."
        )
        {
            Maximum = 65535,
        },
        new(
            "Mail",
            "MaxDeliveryAttempts",
            SettingType.Integer,
            "50",
            "Failed attempts after which a message goes back to its sender."
        )
        {
            IsUsedYet = true,
            ZeroMeans = "50",
            Maximum = 65535,
        },
        new("Mail", "RescanFrequency", SettingType.Duration, "1h", "The longest pause between two attempts.")
        {
            IsUsedYet = true,
            ZeroMeans = "1h",
            Maximum = 65535,
        },
        new(
            "Mail",
            "ConnectTimeout",
            SettingType.Duration,
            "30s",
            "How long an outgoing connection may take; 0 leaves it to the operating system."
        )
        {
            IsUsedYet = true,
            Maximum = 2147483647,
        },
        new("Mail", "SemFileCheckFrequency", SettingType.Duration, "2s", "How often changed files are looked for.")
        {
            GlobalName = "SemFileCheckFrequency",
            IsUsedYet = true,
            ZeroMeans = "2s",
            Maximum = 65535,
        },
        new(
            "Mail",
            "HostName",
            SettingType.HostName,
            "",
            "Our name, in the greeting, in EHLO and in Received. Blank means msgs.ini [Internet] addr, else the machine's name."
        )
        {
            GlobalName = "HostName",
            IsUsedYet = true,
            Maximum = 127,
            Example = "mail.example.net",
        },
        new("Mail", "TempDirectory", SettingType.Path, "../temp", "Where Synchronet keeps a session's work files.")
        {
            GlobalName = "TempDirectory",
        },
        new("Mail", "LoginRequirements", SettingType.Text, "", "Access string of those who may log in.")
        {
            GlobalName = "LoginRequirements",
            Maximum = 40,
        },
        new(
            "Mail",
            "ArchiveRequirements",
            SettingType.Text,
            "",
            "Access string of those whose mail is kept as a file; blank is nobody's."
        )
        {
            Maximum = 40,
        },
        new(
            "Mail",
            "RelayServer",
            SettingType.HostName,
            "",
            "The relay: a host name, an address or [address]. Needed by the flag RELAY_TX."
        )
        {
            IsUsedYet = true,
            Maximum = 127,
            Example = "relay.example.net",
        },
        new("Mail", "RelayUsername", SettingType.Text, "", "The name with which to log in to the relay; a node's QWK-ID.")
        {
            IsUsedYet = true,
            Maximum = 127,
            Example = "MYBBS",
        },
        new(
            "Mail",
            "RelayPassword",
            SettingType.Secret,
            "",
            "The password with which to log in to the relay. One that begins or ends with a blank is written as RelayPassword:\"text\"."
        )
        {
            IsUsedYet = true,
            Maximum = 127,
        },
        new("Mail", "DKIMSign", SettingType.Boolean, "false", "Whether outgoing mail is signed.") { IsUsedYet = true },
        new("Mail", "DKIMDomain", SettingType.Text, "", "The signing domain; blank switches signing off.")
        {
            IsUsedYet = true,
            Maximum = 127,
            Example = "example.net",
        },
        new("Mail", "DKIMSelector", SettingType.Text, "mail", "The selector, and the name of the key file dkim_<selector>.pem.")
        {
            IsUsedYet = true,
            Maximum = 63,
        },
        new(
            "Mail",
            "DNSServer",
            SettingType.DnsServer,
            "",
            "Resolver to ask: host, host:port or [v6]:port. Blank, or anything else that does not begin with a letter, a digit or a bracket, is the system's."
        )
        {
            IsUsedYet = true,
            Maximum = 127,
            Example = "192.0.2.53",
        },
        new(
            "Mail",
            "DefaultUser",
            SettingType.Text,
            "",
            "Alias of the user who receives mail for unknown local users; blank refuses it."
        )
        {
            Maximum = 127,
        },
        new("Mail", "PostTo", SettingType.Text, "", "The To name of messages posted to sub-boards by mail.") { Maximum = 63 },
        new("Mail", "DNSBlacklistHeader", SettingType.Text, "X-DNSBL", "Header field added to mail from listed hosts.")
        {
            Maximum = 31,
        },
        new("Mail", "DNSBlacklistSubject", SettingType.Text, "SPAM", "What is put before the subject of mail from listed hosts.")
        {
            Maximum = 31,
        },
        new(
            "Mail",
            "SpamBlockDuration",
            SettingType.Duration,
            "0",
            "How long an automatic entry in spamblock.cfg lasts; 0 is forever."
        ),
        new(
            "Mail",
            "NotifyOfflineUsers",
            SettingType.Boolean,
            "false",
            "Whether a notice of new mail is left for a user who is not on-line."
        ),
        new("Mail", "InboundSound", SettingType.Path, "", "Sound of mail received."),
        new("Mail", "OutboundSound", SettingType.Path, "", "Sound of mail sent."),
        new("Mail", "POP3Sound", SettingType.Path, "", "Sound of a POP3 login."),
        new("Mail", "AnswerSound", SettingType.Path, "", "Sound of a connection.") { GlobalName = "AnswerSound" },
        new("Mail", "LoginSound", SettingType.Path, "", "Sound of a login.") { GlobalName = "LoginSound" },
        new("Mail", "LogoutSound", SettingType.Path, "", "Sound of a logout.") { GlobalName = "LogoutSound" },
        new("Mail", "HangupSound", SettingType.Path, "", "Sound of a connection's end.") { GlobalName = "HangupSound" },
        new("Mail", "HackAttemptSound", SettingType.Path, "", "Sound of a suspicious login.") { GlobalName = "HackAttemptSound" },
        new(
            "Mail",
            "LogLevel",
            SettingType.LogLevel,
            "Debug",
            "The least severe level that is logged: Emergency, Alert, Critical, Error, Warning, Notice, Info or Debug."
        )
        {
            GlobalName = "LogLevel",
            IsUsedYet = true,
            Example = "Info",
        },
        new("Mail", "TLSErrorLevel", SettingType.LogLevel, "Emergency", "TLS errors are logged no more severely than this.")
        {
            GlobalName = "TLSErrorLevel",
        },
        new("Mail", "BindRetryCount", SettingType.Integer, "2", "How often it is tried again to listen on a port that is taken.")
        {
            GlobalName = "BindRetryCount",
            IsUsedYet = true,
            Maximum = 2147483647,
        },
        new("Mail", "BindRetryDelay", SettingType.Seconds, "15", "The pause between two tries to listen.")
        {
            GlobalName = "BindRetryDelay",
            IsUsedYet = true,
            Maximum = 86400,
        },
        new("Mail", "LoginAttemptDelay", SettingType.Milliseconds, "5000", "The pause before a failed login is answered.")
        {
            GlobalName = "LoginAttemptDelay",
            IsUsedYet = true,
            Maximum = 600000,
        },
        new(
            "Mail",
            "LoginAttemptThrottle",
            SettingType.Milliseconds,
            "1000",
            "The pause before the greeting for each failed login on record, from the second on; and before a password is looked at where others guess at its account, or from its network."
        )
        {
            GlobalName = "LoginAttemptThrottle",
            IsUsedYet = true,
            Maximum = 600000,
        },
        new(
            "Mail",
            "LoginAttemptHackThreshold",
            SettingType.Integer,
            "10",
            "Failed logins from one network from which on somebody seems to guess: the log says it once, and each further one goes to MQTT's topic hack. 0 is never."
        )
        {
            GlobalName = "LoginAttemptHackThreshold",
            IsUsedYet = true,
            Maximum = 2147483647,
        },
        new(
            "Mail",
            "LoginAttemptTempBanThreshold",
            SettingType.Integer,
            "20",
            "Failed logins from which on an address is banned for a time; 0 is never."
        )
        {
            GlobalName = "LoginAttemptTempBanThreshold",
            IsUsedYet = true,
            Maximum = 2147483647,
        },
        new("Mail", "LoginAttemptTempBanDuration", SettingType.Duration, "10m", "How long such a ban lasts.")
        {
            GlobalName = "LoginAttemptTempBanDuration",
            IsUsedYet = true,
        },
        new(
            "Mail",
            "LoginAttemptFilterThreshold",
            SettingType.Integer,
            "0",
            "Failed logins from which on an address is written to ip.can; 0 is never."
        )
        {
            GlobalName = "LoginAttemptFilterThreshold",
            Maximum = 2147483647,
        },
        new("Mail", "LoginAttemptFilterDuration", SettingType.Duration, "0", "How long such an entry lasts; 0 is forever.")
        {
            GlobalName = "LoginAttemptFilterDuration",
        },
        new(
            "Mail",
            "MaxRequestsPerPeriod",
            SettingType.Integer,
            "0",
            "Commands of one client in RequestRateLimitPeriod; 0 is no limit."
        )
        {
            Maximum = 2147483647,
        },
        new("Mail", "RequestRateLimitPeriod", SettingType.Seconds, "3600", "The period of MaxRequestsPerPeriod.")
        {
            Maximum = 2147483647,
        },
        new(
            "Mail",
            "RateLimitSubnetPrefix4",
            SettingType.Integer,
            "0",
            "Bits of an IPv4 address that are counted together; 0 counts each address."
        )
        {
            Maximum = 32,
        },
        new("Mail", "RateLimitSubnetPrefix6", SettingType.Integer, "64", "Bits of an IPv6 address that are counted together.")
        {
            Maximum = 128,
        },
        new(
            "Mail",
            "RateLimitFilterThreshold",
            SettingType.Integer,
            "0",
            "Denials after which a client is written to a filter file; 0 is never."
        )
        {
            Maximum = 2147483647,
        },
        new("Mail", "RateLimitFilterDuration", SettingType.Seconds, "0", "How long such an entry lasts; 0 is forever.")
        {
            Maximum = 2147483647,
        },
        new(
            "Mail",
            "RateLimitFilterSilent",
            SettingType.Boolean,
            "false",
            "Whether that file is ip-silent.can instead of ip.can."
        ),
        new(
            "Mail",
            "RateLimitFilterSubnetThreshold",
            SettingType.Integer,
            "2",
            "Offending hosts of one network after which all of it is filtered."
        )
        {
            Minimum = 1,
            Maximum = 2147483647,
        },
        new("Mail", "JavaScriptMaxBytes", SettingType.Bytes, "16M", "Heap of Synchronet's mail processors.")
        {
            GlobalName = "JavaScriptMaxBytes",
        },
        new("Mail", "JavaScriptTimeLimit", SettingType.Integer, "864000", "Ticks of 100 ms after which a script is stopped.")
        {
            GlobalName = "JavaScriptTimeLimit",
            Maximum = 2147483647,
        },
        new("Mail", "JavaScriptGcInterval", SettingType.Integer, "100", "Ticks between two garbage collections.")
        {
            GlobalName = "JavaScriptGcInterval",
            Maximum = 2147483647,
        },
        new("Mail", "JavaScriptYieldInterval", SettingType.Integer, "10000", "Ticks between two yields.")
        {
            GlobalName = "JavaScriptYieldInterval",
            Maximum = 2147483647,
        },
        new("Mail", "JavaScriptLoadPath", SettingType.List, "load", "Directories of scripts.")
        {
            GlobalName = "JavaScriptLoadPath",
        },
        new("Mail", "JavaScriptOptions", SettingType.Text, "0x10", "Options of scripts, as written.")
        {
            GlobalName = "JavaScriptOptions",
        },
        new(
            "Mail",
            "Options",
            SettingType.Flags,
            "ALLOW_POP3",
            "Flags, joined by |. If the key is missing ALLOW_POP3 is set; if it is blank, none."
        )
        {
            IsUsedYet = true,
            Example = "ALLOW_POP3 | USE_SUBMISSION_PORT",
        },
    ];
}
