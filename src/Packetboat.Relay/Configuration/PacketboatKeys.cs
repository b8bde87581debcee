namespace Packetboat.Relay.Configuration;

/// <summary>The keys of <c>packetboat.ini</c>.</summary>
internal static class PacketboatKeys
{
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
            Maximum = 10000000,
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
            "Direct delivers to each domain's own servers, Relay gives everything to RelayServer. Blank means Relay if the flag RELAY_TX is set, else Direct; anything that contradicts the flag is refused."
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
        new("Delivery", "ReportLanguage", SettingType.Text, "en", "In which language reports to senders are written: de, en.")
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
        new("Relay", "RelayConnections", SettingType.Integer, "20", "Connections to RelayServer at the same time.")
        {
            IsUsedYet = true,
            Minimum = 1,
            Maximum = 1000,
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
            "Whether RelayPassword may be sent although the relay offers no TLS or its certificate cannot be verified. Whoever sits on the way can then read it."
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
