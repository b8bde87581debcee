using System.Net;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Shaping;

namespace Packetboat.Relay.Configuration;

/// <summary>The keys of <c>ctrl/packetboat.ini</c>: what Synchronet has no key for.</summary>
public sealed record PacketboatSettings
{
    /// <summary>
    /// Where the queue, the accounts and the keys are kept; relative to the directory of this file. Default ../data.
    /// </summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// Messages that are held in memory for delivery. The others wait in the store, none the worse. Default 10000. Range 1 to
    /// 10000000.
    /// </summary>
    public required int QueueMemory { get; init; }

    public required long DiskReserve { get; init; }

    public required long MemoryReserve { get; init; }

    /// <summary>
    /// Direct delivers to each domain's own servers, Relay gives everything to RelayServer, Auto delivers directly and gives to
    /// RelayServer what the network or a server refuses because of this machine's address; it needs RelayServer, and no RELAY_TX.
    /// Blank means Relay if the flag RELAY_TX is set, else Direct; anything that contradicts the flag is refused.
    /// </summary>
    public required DeliveryMode DeliveryMode { get; init; }

    /// <summary>
    /// The age at which a message that cannot be delivered goes back to its sender. With s, m, h, d or w. Default 5d. Range 1m to
    /// 365d.
    /// </summary>
    public required TimeSpan MaxAge { get; init; }

    /// <summary>
    /// The pause after the first failed attempt. It doubles up to RescanFrequency. With s, m, h, d or w. Default 1m. Range 1s to
    /// 1d.
    /// </summary>
    public required TimeSpan RetryFirst { get; init; }

    /// <summary>
    /// How long a message waits before its sender is told. 0: he is not told. With s, m, h, d or w. Default 4h. Range 0 to 30d.
    /// </summary>
    public required TimeSpan DelayNotice { get; init; }

    /// <summary>
    /// How long after that he is told again, and again. 0: he is told once. With s, m, h, d or w. Default 1d. Range 0 to 30d.
    /// </summary>
    public required TimeSpan DelayNoticeRepeat { get; init; }

    /// <summary>
    /// In which language reports to senders are written, de or en, where the message does not say: Accept-Language or Content-Language in its header
    /// come first. Default en.
    /// </summary>
    public required string ReportLanguage { get; init; }

    /// <summary>Connections to one domain at the same time. Default 5. Range 1 to 1000.</summary>
    public required int DestinationConnections { get; init; }

    /// <summary>Port of other domains' servers. Only a laboratory needs another. Default 25. Range 1 to 65535.</summary>
    public required int DirectPort { get; init; }

    /// <summary>
    /// Whether mail is delivered to servers at loopback and private addresses. A stranger's DNS entry could else make us talk to
    /// our own network. Default false.
    /// </summary>
    public required bool AllowPrivateTargets { get; init; }

    /// <summary>
    /// Whether the MTA-STS policies of domains are looked up and obeyed: a domain that enforces one gets its mail over verified
    /// TLS, or it waits. Default true.
    /// </summary>
    public required bool MtaSts { get; init; }

    /// <summary>
    /// How long a server that has had TLS is remembered: until then its mail waits when it offers none. 0: nothing is
    /// remembered. Default 30d.
    /// </summary>
    public required TimeSpan TlsMemory { get; init; }

    /// <summary>
    /// Whether domains that ask for it are told once a day how sessions with their servers came by TLS (TLS-RPT). By mail only
    /// where DKIM signs for HostName. Default true.
    /// </summary>
    public required bool TlsReports { get; init; }

    /// <summary>
    /// Whether DNSServer is believed when it says that it has validated an answer, so that DANE is obeyed: it must validate
    /// DNSSEC, and nobody may be able to answer in its place. It should run on this machine. Default false.
    /// </summary>
    public required bool DnssecTrusted { get; init; }

    /// <summary>
    /// With Auto, while port 25 is blocked: how long after that the first look is whether it is open again. The pause doubles up to
    /// 4 hours. With s, m, h, d or w. Default 15m. Range 1m to 4h.
    /// </summary>
    public required TimeSpan DirectProbe { get; init; }

    /// <summary>Whether mail that goes to its own servers leaves by IPv6. Default auto.</summary>
    public required Ipv6Mode Ipv6 { get; init; }

    /// <summary>Whether an address that is new to a provider sends it no more on a day than such an address may. Default auto.</summary>
    public required WarmUpMode WarmUp { get; init; }

    /// <summary>
    /// Names of sections [Relay:NAME], separated by commas: relays that are used, in this order, while RelayServer cannot be reached or
    /// refuses us. Default blank.
    /// </summary>
    public required IReadOnlyList<string> RelayBackups { get; init; }

    /// <summary>Connections to RelayServer at the same time. Default 20. Range 1 to 1000.</summary>
    public required int RelayConnections { get; init; }

    /// <summary>
    /// PEM file of certificates that are trusted for RelayServer besides the system's: its own, or its authority's. Relative to
    /// the directory of this file.
    /// </summary>
    public required string RelayCertificateFile { get; init; }

    /// <summary>
    /// Whether RelayPassword may be sent although the relay offers no TLS or its certificate cannot be verified. Whoever sits on
    /// the way can then read it. Default false.
    /// </summary>
    public required bool RelayTrustedInClear { get; init; }

    /// <summary>
    /// PEM file of our certificate and its chain, relative to the directory of this file. If blank a self-signed one is made in
    /// DataDirectory.
    /// </summary>
    public required string Certificate { get; init; }

    /// <summary>PEM file of the certificate's private key; blank if Certificate holds it too.</summary>
    public required string CertificateKey { get; init; }

    /// <summary>
    /// Networks from which a client may log in without TLS, as address or address/bits, separated by commas. The machine itself
    /// always may.
    /// </summary>
    public required IReadOnlyList<IPNetwork> AuthInClear { get; init; }

    /// <summary>
    /// Connections from one address (of IPv6: from one /64), signed in or not; this machine is exempt; 0 is no limit. Default 50.
    /// Range 0 to 2147483647.
    /// </summary>
    public required int MaxConnectionsPerAddress { get; init; }

    /// <summary>Received fields at which a message is taken to go round in circles. Default 50. Range 10 to 1000.</summary>
    public required int MaxHops { get; init; }

    /// <summary>What is done with mail that receivers will refuse.</summary>
    public required ArrivalPolicy ArrivalPolicy { get; init; }

    /// <summary>That receivers see our mail come from; none: those that it is sent by, or of our name.</summary>
    public required IReadOnlyList<IPAddress> SendingAddresses { get; init; }

    public required TimeSpan CheckPatience { get; init; }

    /// <summary>Blank: our own name.</summary>
    public required string RewriteDomain { get; init; }

    public required TimeSpan RewriteAge { get; init; }

    /// <summary>The keys of <c>[Limits]</c>, by name those of <see cref="AccountLimit"/>: how much an account may send.</summary>
    public required AccountLimits Limits { get; init; }

    /// <summary>Domains and addresses whose feedback reports count.</summary>
    public required IReadOnlyList<string> ComplaintReporters { get; init; }

    /// <summary>
    /// Port of the HTTPS API by which invited nodes join (packetboat join), on each address of Interface, with our certificate. 0 is
    /// off. Default 0. Range 0 to 65535.
    /// </summary>
    public required int EnrolmentPort { get; init; }

    /// <summary>
    /// Text file of the terms that the sysop of a node has to accept, UTF-8, at most 16 KiB, relative to the directory of this
    /// file. If blank those that packetboat invite terms prints.
    /// </summary>
    public required string EnrolmentTerms { get; init; }

    /// <summary>
    /// Whether strangers may apply for an account without an invitation; you approve or refuse each (packetboat invite requests).
    /// Default false.
    /// </summary>
    public required bool EnrolmentApplications { get; init; }

    /// <summary>
    /// An alarm is raised when the oldest message that is not done waits for longer. 0: never. With s, m, h, d or w. Default 12h.
    /// Range 0 to 365d.
    /// </summary>
    public required TimeSpan QueueAge { get; init; }

    /// <summary>
    /// How long before a certificate or a token ends, or a DKIM key is to be replaced, an alarm is raised. With s, m, h, d or w. Default 14d.
    /// Range 1h to 365d.
    /// </summary>
    public required TimeSpan ExpiryNotice { get; init; }

    /// <summary>
    /// How long a DKIM key of <c>packetboat dkim new</c> may sign before it is to be replaced: whoever has had a copy of it can write in your
    /// name until then. 0: for ever. With s, m, h, d or w. Default 365d. Range 0 to 3650d.
    /// </summary>
    public required TimeSpan DkimKeyAge { get; init; }

    /// <summary>
    /// How often Spamhaus, SpamCop and PSBL are asked, by DNS, whether the address that mail leaves from is listed. 0: never. With s, m, h, d
    /// or w. Default 6h. Range 0 to 7d.
    /// </summary>
    public required TimeSpan ListingCheck { get; init; }

    /// <summary>
    /// Address that each alarm is posted to as JSON when it is raised and when it is cleared: https, or http on this machine.
    /// Blank: nowhere.
    /// </summary>
    public required Secret Webhook { get; init; }

    /// <summary>
    /// File with the secret by which what is posted is signed (HMAC-SHA-256), relative to the directory of this file. Blank: it is
    /// not signed.
    /// </summary>
    public required string WebhookSecretFile { get; init; }

    /// <summary>
    /// Mail address that a digest is sent to once a day: what was sent, what failed and why, what waits, and which alarms are
    /// open. A day on which nothing happened has none. Blank: nobody.
    /// </summary>
    public required string DigestTo { get; init; }

    /// <summary>From which hour of the day on it is sent, local time. Default 7. Range 0 to 23.</summary>
    public required int DigestHour { get; init; }

    /// <summary>
    /// MQTT broker (3.1.1) that alarms and sign-ins are published to, under the topics of Synchronet. Blank: none.
    /// </summary>
    public required string MqttBroker { get; init; }

    /// <summary>Its port; with MqttTls usually 8883. Default 1883. Range 1 to 65535.</summary>
    public required int MqttPort { get; init; }

    /// <summary>Whether the broker is spoken to by TLS. Its certificate is verified. Default false.</summary>
    public required bool MqttTls { get; init; }

    /// <summary>
    /// PEM file of certificates that are trusted for the broker besides the system's: its own, or its authority's. Relative to the
    /// directory of this file.
    /// </summary>
    public required string MqttCertificateFile { get; init; }

    /// <summary>Name that we sign in to the broker with. Blank: none.</summary>
    public required string MqttUsername { get; init; }

    /// <summary>
    /// File with the password for it, relative to the directory of this file. Without MqttTls who sits on the way can read the
    /// password.
    /// </summary>
    public required string MqttPasswordFile { get; init; }

    /// <summary>
    /// The BBS ID in the topics, sbbs/ID/... If blank RelayUsername, else the first label of our host name in capitals.
    /// </summary>
    public required string MqttSystemId { get; init; }

    /// <summary>
    /// How long it is remembered what became of a message. With s, m, h, d or w. Default 14d. Range 0 to 3650d.
    /// </summary>
    public required TimeSpan TraceRetention { get; init; }

    /// <summary>Whether the log is written as one JSON object a line. Default false.</summary>
    public required bool LogJson { get; init; }
}
