namespace Packetboat.Relay.Configuration;

/// <summary>The keys of <c>packetboat.ini</c>.</summary>
internal static class PacketboatKeys
{
    /// <summary><c>QueueMemory</c> at most.</summary>
    public const int MostQueueMemory = 10_000_000;

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new(
            "Store",
            "DataDirectory",
            SettingType.Path,
            "../data",
            "Where the queue, the accounts and the keys are kept; relative to the directory of this file."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Store",
            "QueueMemory",
            SettingType.Integer,
            "10000",
            "Messages that are held in memory for delivery. The others wait in the store, none the worse."
        )
        {
            IsUsedYet = true,
            Minimum = 1,
            Maximum = MostQueueMemory,
        },
        new(
            "Store",
            "DiskReserve",
            SettingType.Bytes,
            "64M",
            "Free space on the disk of DataDirectory below which no mail is taken: senders hear 452 and come again. What was accepted goes on being delivered. 0 is no reserve."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Store",
            "MemoryReserve",
            SettingType.Bytes,
            "32M",
            "Free memory, of the machine or of what this process is given, below which no mail is taken: senders hear 452 and come again. 0 is no reserve."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Delivery",
            "DeliveryMode",
            SettingType.DeliveryMode,
            "",
            "Direct delivers to each domain's own servers, Relay gives everything to RelayServer, Auto delivers directly and gives to RelayServer what the network or a server refuses because of this machine's address; it needs RelayServer, and no RELAY_TX. Blank means Relay if the flag RELAY_TX is set, else Direct; anything that contradicts the flag is refused."
        )
        {
            IsUsedYet = true,
            Example = "Direct",
        },
        new(
            "Delivery",
            "MaxAge",
            SettingType.Duration,
            "5d",
            "The age at which a message that cannot be delivered goes back to its sender."
        )
        {
            IsUsedYet = true,
            Minimum = 60,
            Maximum = 31536000,
        },
        new(
            "Delivery",
            "RetryFirst",
            SettingType.Duration,
            "1m",
            "The pause after the first failed attempt. It doubles up to RescanFrequency."
        )
        {
            IsUsedYet = true,
            Minimum = 1,
            Maximum = 86400,
        },
        new(
            "Delivery",
            "DelayNotice",
            SettingType.Duration,
            "4h",
            "How long a message waits before its sender is told. 0: he is not told."
        )
        {
            IsUsedYet = true,
            Maximum = 2592000,
        },
        new(
            "Delivery",
            "DelayNoticeRepeat",
            SettingType.Duration,
            "1d",
            "How long after that he is told again, and again. 0: he is told once."
        )
        {
            IsUsedYet = true,
            Maximum = 2592000,
        },
        new(
            "Delivery",
            "ReportLanguage",
            SettingType.Text,
            "en",
            "In which language reports to senders are written, de or en, where the message does not say: Accept-Language or Content-Language in its header come first."
        )
        {
            IsUsedYet = true,
            Example = "de",
        },
        new("Delivery", "DestinationConnections", SettingType.Integer, "5", "Connections to one domain at the same time.")
        {
            IsUsedYet = true,
            Minimum = 1,
            Maximum = 1000,
        },
        new("Delivery", "DirectPort", SettingType.Port, "25", "Port of other domains' servers. Only a laboratory needs another.")
        {
            IsUsedYet = true,
            Minimum = 1,
            Maximum = 65535,
        },
        new(
            "Delivery",
            "AllowPrivateTargets",
            SettingType.Boolean,
            "false",
            "Whether mail is delivered to servers at loopback and private addresses. A stranger's DNS entry could else make us talk to our own network."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Delivery",
            "MtaSts",
            SettingType.Boolean,
            "true",
            "Whether the MTA-STS policies of domains are looked up and obeyed: a domain that enforces one gets its mail over verified TLS, or it waits."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Delivery",
            "TlsMemory",
            SettingType.Duration,
            "30d",
            "How long a server that has had TLS is remembered: until then its mail waits when it offers none. 0: nothing is remembered."
        )
        {
            IsUsedYet = true,
            Maximum = 31536000,
        },
        new(
            "Delivery",
            "TlsReports",
            SettingType.Boolean,
            "true",
            "Whether domains that ask for it are told once a day how sessions with their servers came by TLS (TLS-RPT). By mail only where DKIM signs for HostName."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Delivery",
            "DnssecTrusted",
            SettingType.Boolean,
            "false",
            "Whether DNSServer is believed when it says that it has validated an answer, so that DANE is obeyed: it must validate DNSSEC, and nobody may be able to answer in its place. It should run on this machine."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Delivery",
            "DirectProbe",
            SettingType.Duration,
            "15m",
            "With Auto, while port 25 is blocked: how long after that the first look is whether it is open again. The pause doubles up to 4 hours."
        )
        {
            IsUsedYet = true,
            Minimum = 60,
            Maximum = 14400,
        },
        new(
            "Delivery",
            "Ipv6",
            SettingType.Choice,
            "auto",
            "Whether mail that goes to its own servers leaves by IPv6. auto: where our IPv6 address has a reverse name that leads back to it and fits HostName, and SPF of the sender's domain allows it; else by IPv4 where the server has that; always; never."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Delivery",
            "WarmUp",
            SettingType.Choice,
            "auto",
            "Whether a provider that does not know our address yet gets no more on a day than such an address may send: it grows with each day that something is sent. auto: where what is more can leave through a relay; always: without a relay it waits for the next day; never: nothing is counted."
        )
        {
            IsUsedYet = true,
        },
        new("Relay", "RelayConnections", SettingType.Integer, "20", "Connections to RelayServer at the same time.")
        {
            IsUsedYet = true,
            Minimum = 1,
            Maximum = 1000,
        },
        new(
            "Relay",
            "RelayBackups",
            SettingType.List,
            "",
            "Names of sections [Relay:NAME], separated by commas: relays that are used, in this order, while RelayServer cannot be reached or refuses us."
        )
        {
            IsUsedYet = true,
            Example = "second",
        },
        new(
            "Relay",
            "RelayCertificateFile",
            SettingType.Path,
            "",
            "PEM file of certificates that are trusted for RelayServer besides the system's: its own, or its authority's. Relative to the directory of this file."
        )
        {
            IsUsedYet = true,
            Example = "relay.pem",
        },
        new(
            "Relay",
            "RelayTrustedInClear",
            SettingType.Boolean,
            "false",
            "Whether RelayPassword may be sent although the relay offers no TLS or its certificate cannot be verified. Whoever sits on the way can then read it. With DeliveryMode=Auto the same for mail that goes around its own servers, also without a password. It is about RelayServer of sbbs.ini alone; other relays have Tls in their sections."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Tls",
            "Certificate",
            SettingType.Path,
            "",
            "PEM file of our certificate and its chain, relative to the directory of this file. If blank a self-signed one is made in DataDirectory."
        )
        {
            IsUsedYet = true,
            Example = "fullchain.pem",
        },
        new(
            "Tls",
            "CertificateKey",
            SettingType.Path,
            "",
            "PEM file of the certificate's private key; blank if Certificate holds it too."
        )
        {
            IsUsedYet = true,
            Example = "privkey.pem",
        },
        new(
            "Submission",
            "AuthInClear",
            SettingType.Networks,
            "",
            "Networks from which a client may log in without TLS, as address or address/bits, separated by commas. The machine itself always may."
        )
        {
            IsUsedYet = true,
            Example = "192.168.1.0/24",
        },
        new(
            "Submission",
            "MaxConnectionsPerAddress",
            SettingType.Integer,
            "50",
            "Connections from one address (of IPv6: from one /64), signed in or not; this machine is exempt; 0 is no limit."
        )
        {
            IsUsedYet = true,
            Maximum = 2147483647,
        },
        new(
            "Submission",
            "MaxHops",
            SettingType.Integer,
            "50",
            "Received fields at which a message is taken to go round in circles."
        )
        {
            IsUsedYet = true,
            Minimum = 10,
            Maximum = 1000,
        },
        .. LimitKeys.All,
        new(
            "Enrolment",
            "EnrolmentPort",
            SettingType.Port,
            "0",
            "Port of the HTTPS API by which invited nodes join (packetboat join), on each address of Interface, with our certificate. 0 is off."
        )
        {
            IsUsedYet = true,
            Maximum = 65535,
            Example = "8443",
        },
        new(
            "Enrolment",
            "EnrolmentTerms",
            SettingType.Path,
            "",
            "Text file of the terms that the sysop of a node has to accept, UTF-8, at most 16 KiB, relative to the directory of this file. If blank those that packetboat invite terms prints."
        )
        {
            IsUsedYet = true,
            Example = "terms.txt",
        },
        new(
            "Enrolment",
            "EnrolmentApplications",
            SettingType.Boolean,
            "false",
            "Whether strangers may apply for an account without an invitation; you approve or refuse each (packetboat invite requests)."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Arrival",
            "ArrivalPolicy",
            SettingType.Choice,
            "warn",
            "What is done with an account's mail that receivers will refuse because of SPF, DKIM or DMARC. warn: it is taken, and its sender is told once a day; enforce: it is refused with what to publish; rewrite: where SPF is missing its envelope sender becomes one of ours, then as warn. packetboat account arrival gives an account its own."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Arrival",
            "SendingAddresses",
            SettingType.Addresses,
            "",
            "The addresses that receivers see our mail come from, such as 192.0.2.1, 2001:db8::1. Blank: those that OutboundInterface names, else those of HostName."
        )
        {
            IsUsedYet = true,
            Example = "192.0.2.1",
        },
        new(
            "Arrival",
            "CheckPatience",
            SettingType.Duration,
            "3s",
            "For all look-ups of one message. What is not known by then is not held against it. 0: nothing is checked."
        )
        {
            IsUsedYet = true,
            Maximum = 60,
        },
        new(
            "Arrival",
            "RewriteDomain",
            SettingType.HostName,
            "",
            "Of rewritten senders; its MX must lead here, and its SPF record must let us send. Blank: HostName."
        )
        {
            IsUsedYet = true,
            Example = "hub.example",
        },
        new(
            "Arrival",
            "RewriteAge",
            SettingType.Duration,
            "21d",
            "How long a report to a rewritten sender still finds its way back."
        )
        {
            IsUsedYet = true,
            Minimum = 86_400,
            Maximum = 86_400 * 365,
        },
        new(
            "Alarms",
            "QueueAge",
            SettingType.Duration,
            "12h",
            "An alarm is raised when the oldest message that is not done waits for longer. 0: never."
        )
        {
            IsUsedYet = true,
            Maximum = 31536000,
        },
        new(
            "Alarms",
            "ExpiryNotice",
            SettingType.Duration,
            "14d",
            "How long before a certificate or a token ends, or a DKIM key is to be replaced, an alarm is raised."
        )
        {
            IsUsedYet = true,
            Minimum = 3600,
            Maximum = 31536000,
        },
        new(
            "Alarms",
            "DkimKeyAge",
            SettingType.Duration,
            "365d",
            "How long a DKIM key of packetboat dkim new may sign before it is to be replaced: whoever has had a copy of it can write in your name until then. 0: for ever."
        )
        {
            IsUsedYet = true,
            Minimum = 0,
            Maximum = 315360000,
        },
        new(
            "Alarms",
            "ListingCheck",
            SettingType.Duration,
            "6h",
            "How often Spamhaus, SpamCop and PSBL are asked, by DNS, whether the address that mail leaves from is listed. 0: never."
        )
        {
            IsUsedYet = true,
            Maximum = 604800,
        },
        new(
            "Alarms",
            "Webhook",
            SettingType.Secret,
            "",
            "Address that each alarm is posted to as JSON when it is raised and when it is cleared: https, or http on this machine. Blank: nowhere."
        )
        {
            IsUsedYet = true,
            Example = "https://alarms.example.net/packetboat",
        },
        new(
            "Alarms",
            "WebhookSecretFile",
            SettingType.Path,
            "",
            "File with the secret by which what is posted is signed (HMAC-SHA-256), relative to the directory of this file. Blank: it is not signed."
        )
        {
            IsUsedYet = true,
            NamesSecret = true,
            Example = "webhook.secret",
        },
        new(
            "Alarms",
            "DigestTo",
            SettingType.Text,
            "",
            "Mail address that a digest is sent to once a day: what was sent, what failed and why, what waits, and which alarms are open. A day on which nothing happened has none. Blank: nobody."
        )
        {
            IsUsedYet = true,
            Example = "postmaster@example.net",
        },
        new("Alarms", "DigestHour", SettingType.Integer, "7", "From which hour of the day on it is sent, local time.")
        {
            IsUsedYet = true,
            Maximum = 23,
        },
        new(
            "Mqtt",
            "MqttBroker",
            SettingType.HostName,
            "",
            "MQTT broker (3.1.1) that alarms and sign-ins are published to, under the topics of Synchronet. Blank: none."
        )
        {
            IsUsedYet = true,
            Example = "broker.example.net",
        },
        new("Mqtt", "MqttPort", SettingType.Port, "1883", "Its port; with MqttTls usually 8883.")
        {
            IsUsedYet = true,
            Minimum = 1,
            Maximum = 65535,
        },
        new(
            "Mqtt",
            "MqttTls",
            SettingType.Boolean,
            "false",
            "Whether the broker is spoken to by TLS. Its certificate is verified."
        )
        {
            IsUsedYet = true,
        },
        new(
            "Mqtt",
            "MqttCertificateFile",
            SettingType.Path,
            "",
            "PEM file of certificates that are trusted for the broker besides the system's: its own, or its authority's. Relative to the directory of this file."
        )
        {
            IsUsedYet = true,
            Example = "broker.pem",
        },
        new("Mqtt", "MqttUsername", SettingType.Text, "", "Name that we sign in to the broker with. Blank: none.")
        {
            IsUsedYet = true,
            Example = "packetboat",
        },
        new(
            "Mqtt",
            "MqttPasswordFile",
            SettingType.Path,
            "",
            "File with the password for it, relative to the directory of this file. Without MqttTls who sits on the way can read the password."
        )
        {
            IsUsedYet = true,
            NamesSecret = true,
            Example = "mqtt.secret",
        },
        new(
            "Mqtt",
            "MqttSystemId",
            SettingType.Text,
            "",
            "The BBS ID in the topics, sbbs/ID/... If blank RelayUsername, else the first label of our host name in capitals."
        )
        {
            IsUsedYet = true,
            Maximum = 64,
            Example = "MYBBS",
        },
        new("Trace", "TraceRetention", SettingType.Duration, "14d", "How long it is remembered what became of a message.")
        {
            IsUsedYet = true,
            Maximum = 315360000,
        },
        new("Trace", "LogJson", SettingType.Boolean, "false", "Whether the log is written as one JSON object a line.")
        {
            IsUsedYet = true,
        },
    ];
}
