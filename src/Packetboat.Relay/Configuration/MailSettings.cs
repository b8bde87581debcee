using System.Net;

namespace Packetboat.Relay.Configuration;

/// <summary>The keys of <c>[Mail]</c> in <c>ctrl/sbbs.ini</c>, with what they inherit from <c>[Global]</c>; in Synchronet's order and units.</summary>
public sealed record MailSettings
{
    /// <summary>Whether the mail server starts with the BBS. Default true.</summary>
    public required bool AutoStart { get; init; }

    /// <summary>
    /// Addresses on which SMTP and submission listen: ip, ip:port or [v6]:port, separated by commas. A port given here takes the
    /// place of the listener's own. Default 0.0.0.0,::. If missing or blank, the one of [Global].
    /// </summary>
    public required IReadOnlyList<ListenAddress> Interface { get; init; }

    /// <summary>
    /// Addresses on which POP3 listens; blank means [Global] Interface. Default 0.0.0.0,::. If missing or blank, the one of
    /// [Global].
    /// </summary>
    public required IReadOnlyList<ListenAddress> Pop3Interface { get; init; }

    /// <summary>IPv4 address from which mail is sent; blank means any. If missing or blank, the one of [Global].</summary>
    public required IPAddress? OutboundInterface { get; init; }

    /// <summary>IPv6 address from which mail is sent; blank means any. If missing or blank, the one of [Global].</summary>
    public required IPAddress? OutboundV6Interface { get; init; }

    /// <summary>
    /// Port of the transfer listener, where other mail servers and the hosts in relay.cfg connect. Default 25. Range 1 to 65535;
    /// 0 means 25.
    /// </summary>
    public required int SmtpPort { get; init; }

    /// <summary>
    /// Port of the submission listener, where accounts log in. Needs the flag USE_SUBMISSION_PORT. Default 587. Range 1 to 65535.
    /// </summary>
    public required int SubmissionPort { get; init; }

    /// <summary>
    /// Port of the submission listener that begins with TLS. Needs the flag TLS_SUBMISSION. Default 465. Range 1 to 65535.
    /// </summary>
    public required int TlsSubmissionPort { get; init; }

    /// <summary>Port of the POP3 listener. Needs the flag ALLOW_POP3. Default 110. Range 1 to 65535.</summary>
    public required int Pop3Port { get; init; }

    /// <summary>Port of the POP3 listener that begins with TLS. Needs the flag TLS_POP3. Default 995. Range 1 to 65535.</summary>
    public required int TlsPop3Port { get; init; }

    /// <summary>
    /// Port of RelayServer. On 465 the connection begins with TLS, on all others STARTTLS is used. Default 25. Range 1 to 65535;
    /// 0 means 25.
    /// </summary>
    public required int RelayPort { get; init; }

    /// <summary>
    /// Sessions at the same time, of all kinds together. Where all are taken, a stranger who gets nothing done makes room for the
    /// next. Default 100. Range 0 to 65535; 0 means 10.
    /// </summary>
    public required int MaxClients { get; init; }

    /// <summary>
    /// How long a peer may be silent, whether it called us or we called it. With s, m, h, d or w. Default 2m. Range 0 to 65535s;
    /// 0 means 2m.
    /// </summary>
    public required TimeSpan MaxInactivity { get; init; }

    /// <summary>Connections from one address that have not signed in; 0 is no limit. Default 0.</summary>
    public required int MaxConcurrentConnections { get; init; }

    /// <summary>Recipients of one message; 0 is no limit. Default 100. Range 0 to 65535.</summary>
    public required int MaxRecipients { get; init; }

    /// <summary>The largest message that is accepted; 0 is no limit. In bytes, or with K, M or G. Default 20M.</summary>
    public required long MaxMsgSize { get; init; }

    /// <summary>Messages in a mailbox above which it takes no more; 0 is no limit. Default 100.</summary>
    public required int MaxMsgsWaiting { get; init; }

    /// <summary>Lines after which Synchronet gives up its time slice; 0 is never. Default 10. Range 0 to 65535.</summary>
    public required int LinesPerYield { get; init; }

    /// <summary>
    /// Failed attempts after which a message goes back to its sender. Default 50. Range 0 to 65535; 0 means 50.
    /// </summary>
    public required int MaxDeliveryAttempts { get; init; }

    /// <summary>
    /// The longest pause between two attempts. With s, m, h, d or w. Default 1h. Range 0 to 65535s; 0 means 1h.
    /// </summary>
    public required TimeSpan RescanFrequency { get; init; }

    /// <summary>
    /// How long an outgoing connection may take; 0 leaves it to the operating system. With s, m, h, d or w. Default 30s.
    /// </summary>
    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>
    /// How often changed files are looked for. With s, m, h, d or w. Default 2s. Range 0 to 65535s; 0 means 2s. If missing or
    /// blank, the one of [Global].
    /// </summary>
    public required TimeSpan SemFileCheckFrequency { get; init; }

    /// <summary>
    /// Our name, in the greeting, in EHLO and in Received. Blank means msgs.ini [Internet] addr, else the machine's name. At most
    /// 127 characters. If missing or blank, the one of [Global].
    /// </summary>
    public required string HostName { get; init; }

    /// <summary>
    /// Where Synchronet keeps a session's work files. Default ../temp. If missing or blank, the one of [Global].
    /// </summary>
    public required string TempDirectory { get; init; }

    /// <summary>Access string of those who may log in. At most 40 characters. If missing or blank, the one of [Global].</summary>
    public required string LoginRequirements { get; init; }

    /// <summary>Access string of those whose mail is kept as a file; blank is nobody's. At most 40 characters.</summary>
    public required string ArchiveRequirements { get; init; }

    /// <summary>The relay: a host name, an address or [address]. Needed by the flag RELAY_TX. At most 127 characters.</summary>
    public required string RelayServer { get; init; }

    /// <summary>The name with which to log in to the relay; a node's QWK-ID. At most 127 characters.</summary>
    public required string RelayUsername { get; init; }

    /// <summary>
    /// The password with which to log in to the relay. One that begins or ends with a blank is written as RelayPassword:"text".
    /// At most 127 characters.
    /// </summary>
    public required Secret RelayPassword { get; init; }

    /// <summary>Whether outgoing mail is signed. Default false.</summary>
    public required bool DkimSign { get; init; }

    /// <summary>The signing domain; blank switches signing off. At most 127 characters.</summary>
    public required string DkimDomain { get; init; }

    /// <summary>
    /// The selector, and the name of the key file dkim_&lt;selector&gt;.pem. Default mail. At most 63 characters.
    /// </summary>
    public required string DkimSelector { get; init; }

    /// <summary>
    /// Resolver to ask: host, host:port or [v6]:port. Blank, or anything else that does not begin with a letter, a digit or a
    /// bracket, is the system's. At most 127 characters.
    /// </summary>
    public required ServerAddress? DnsServer { get; init; }

    /// <summary>Alias of the user who receives mail for unknown local users; blank refuses it. At most 127 characters.</summary>
    public required string DefaultUser { get; init; }

    /// <summary>The To name of messages posted to sub-boards by mail. At most 63 characters.</summary>
    public required string PostTo { get; init; }

    /// <summary>Header field added to mail from listed hosts. Default X-DNSBL. At most 31 characters.</summary>
    public required string DnsBlacklistHeader { get; init; }

    /// <summary>What is put before the subject of mail from listed hosts. Default SPAM. At most 31 characters.</summary>
    public required string DnsBlacklistSubject { get; init; }

    /// <summary>How long an automatic entry in spamblock.cfg lasts; 0 is forever. With s, m, h, d or w. Default 0.</summary>
    public required TimeSpan SpamBlockDuration { get; init; }

    /// <summary>Whether a notice of new mail is left for a user who is not on-line. Default false.</summary>
    public required bool NotifyOfflineUsers { get; init; }

    /// <summary>Sound of mail received.</summary>
    public required string InboundSound { get; init; }

    /// <summary>Sound of mail sent.</summary>
    public required string OutboundSound { get; init; }

    /// <summary>Sound of a POP3 login.</summary>
    public required string Pop3Sound { get; init; }

    /// <summary>Sound of a connection. If missing or blank, the one of [Global].</summary>
    public required string AnswerSound { get; init; }

    /// <summary>Sound of a login. If missing or blank, the one of [Global].</summary>
    public required string LoginSound { get; init; }

    /// <summary>Sound of a logout. If missing or blank, the one of [Global].</summary>
    public required string LogoutSound { get; init; }

    /// <summary>Sound of a connection's end. If missing or blank, the one of [Global].</summary>
    public required string HangupSound { get; init; }

    /// <summary>Sound of a suspicious login. If missing or blank, the one of [Global].</summary>
    public required string HackAttemptSound { get; init; }

    /// <summary>
    /// The least severe level that is logged: Emergency, Alert, Critical, Error, Warning, Notice, Info or Debug. Default Debug.
    /// If missing or blank, the one of [Global].
    /// </summary>
    public required SyslogLevel LogLevel { get; init; }

    /// <summary>
    /// TLS errors are logged no more severely than this. Default Emergency. If missing or blank, the one of [Global].
    /// </summary>
    public required SyslogLevel TlsErrorLevel { get; init; }

    /// <summary>
    /// How often it is tried again to listen on a port that is taken. Default 2. If missing or blank, the one of [Global].
    /// </summary>
    public required int BindRetryCount { get; init; }

    /// <summary>
    /// The pause between two tries to listen. In plain seconds. Default 15. Range 0 to 86400. If missing or blank, the one of
    /// [Global].
    /// </summary>
    public required TimeSpan BindRetryDelay { get; init; }

    /// <summary>
    /// The pause before a failed login is answered. In milliseconds. Default 5000. Range 0 to 600000. If missing or blank, the
    /// one of [Global].
    /// </summary>
    public required TimeSpan LoginAttemptDelay { get; init; }

    /// <summary>
    /// The pause before the greeting for each failed login on record, from the second on. In milliseconds. Default 1000. Range 0
    /// to 600000. If missing or blank, the one of [Global].
    /// </summary>
    public required TimeSpan LoginAttemptThrottle { get; init; }

    /// <summary>
    /// Failed logins from one network from which on somebody seems to guess; 0 is never. Default 10. If missing or blank, the one of [Global].
    /// </summary>
    public required int LoginAttemptHackThreshold { get; init; }

    /// <summary>
    /// Failed logins from which on an address is banned for a time; 0 is never. Default 20. If missing or blank, the one of
    /// [Global].
    /// </summary>
    public required int LoginAttemptTempBanThreshold { get; init; }

    /// <summary>How long such a ban lasts. With s, m, h, d or w. Default 10m. If missing or blank, the one of [Global].</summary>
    public required TimeSpan LoginAttemptTempBanDuration { get; init; }

    /// <summary>
    /// Failed logins from which on an address is written to ip.can; 0 is never. Default 0. If missing or blank, the one of
    /// [Global].
    /// </summary>
    public required int LoginAttemptFilterThreshold { get; init; }

    /// <summary>
    /// How long such an entry lasts; 0 is forever. With s, m, h, d or w. Default 0. If missing or blank, the one of [Global].
    /// </summary>
    public required TimeSpan LoginAttemptFilterDuration { get; init; }

    /// <summary>Commands of one client in RequestRateLimitPeriod; 0 is no limit. Default 0.</summary>
    public required int MaxRequestsPerPeriod { get; init; }

    /// <summary>The period of MaxRequestsPerPeriod. In plain seconds. Default 3600.</summary>
    public required TimeSpan RequestRateLimitPeriod { get; init; }

    /// <summary>Bits of an IPv4 address that are counted together; 0 counts each address. Default 0. Range 0 to 32.</summary>
    public required int RateLimitSubnetPrefix4 { get; init; }

    /// <summary>Bits of an IPv6 address that are counted together. Default 64. Range 0 to 128.</summary>
    public required int RateLimitSubnetPrefix6 { get; init; }

    /// <summary>Denials after which a client is written to a filter file; 0 is never. Default 0.</summary>
    public required int RateLimitFilterThreshold { get; init; }

    /// <summary>How long such an entry lasts; 0 is forever. In plain seconds. Default 0.</summary>
    public required TimeSpan RateLimitFilterDuration { get; init; }

    /// <summary>Whether that file is ip-silent.can instead of ip.can. Default false.</summary>
    public required bool RateLimitFilterSilent { get; init; }

    /// <summary>Offending hosts of one network after which all of it is filtered. Default 2.</summary>
    public required int RateLimitFilterSubnetThreshold { get; init; }

    /// <summary>
    /// Heap of Synchronet's mail processors. In bytes, or with K, M or G. Default 16M. If missing or blank, the one of [Global].
    /// </summary>
    public required long JavaScriptMaxBytes { get; init; }

    /// <summary>
    /// Ticks of 100 ms after which a script is stopped. Default 864000. If missing or blank, the one of [Global].
    /// </summary>
    public required int JavaScriptTimeLimit { get; init; }

    /// <summary>Ticks between two garbage collections. Default 100. If missing or blank, the one of [Global].</summary>
    public required int JavaScriptGcInterval { get; init; }

    /// <summary>Ticks between two yields. Default 10000. If missing or blank, the one of [Global].</summary>
    public required int JavaScriptYieldInterval { get; init; }

    /// <summary>Directories of scripts. Default load. If missing or blank, the one of [Global].</summary>
    public required IReadOnlyList<string> JavaScriptLoadPath { get; init; }

    /// <summary>Options of scripts, as written. Default 0x10. If missing or blank, the one of [Global].</summary>
    public required string JavaScriptOptions { get; init; }

    /// <summary>Flags, joined by |. If the key is missing ALLOW_POP3 is set; if it is blank, none. Default ALLOW_POP3.</summary>
    public required MailOptions Options { get; init; }
}
