namespace Packetboat.Relay.Configuration;

/// <summary>The flags of the key <c>Options</c>, named as Synchronet names them.</summary>
[Flags]
public enum MailOptions : uint
{
    None = 0,

    /// <summary>Log every header line received.</summary>
    DEBUG_RX_HEADER = 1u << 0,

    /// <summary>Keep the received message file.</summary>
    DEBUG_RX_BODY = 1u << 1,

    /// <summary>Listen for POP3 on POP3Port.</summary>
    ALLOW_POP3 = 1u << 2,

    /// <summary>Log every line sent.</summary>
    DEBUG_TX = 1u << 3,

    /// <summary>Log replies received.</summary>
    DEBUG_RX_RSP = 1u << 4,

    /// <summary>Send all outgoing mail to RelayServer.</summary>
    RELAY_TX = 1u << 5,

    /// <summary>Log POP3 in detail.</summary>
    DEBUG_POP3 = 1u << 6,

    /// <summary>Do not mark a message as read when it is retrieved.</summary>
    NO_READ_POP3 = 1u << 7,

    /// <summary>Leave no on-screen notice for the recipient.</summary>
    NO_NOTIFY = 1u << 8,

    /// <summary>Accept sysop, postmaster and the system's own QWK-ID as user 1.</summary>
    ALLOW_SYSOP_ALIASES = 1u << 9,

    /// <summary>Listen for submission on SubmissionPort.</summary>
    USE_SUBMISSION_PORT = 1u << 10,

    /// <summary>Do not look up clients' names. None is looked up so far, with or without the flag.</summary>
    NO_HOST_LOOKUP = 1u << 11,

    /// <summary>Ask the resolver over TCP.</summary>
    USE_TCP_DNS = 1u << 12,

    /// <summary>Do not deliver; accepted mail waits.</summary>
    NO_SENDMAIL = 1u << 13,

    /// <summary>Accounts may also send through SMTPPort, and on submission ports with senders of other domains.</summary>
    ALLOW_RELAY = 1u << 14,

    /// <summary>Refuse the session of a listed host.</summary>
    DNSBL_REFUSE = 1u << 15,

    /// <summary>Accept and drop the mail of a listed host.</summary>
    DNSBL_IGNORE = 1u << 16,

    /// <summary>Refuse the recipients of a listed host.</summary>
    DNSBL_BADUSER = 1u << 17,

    /// <summary>Also test addresses found in Received fields.</summary>
    DNSBL_CHKRECVHDRS = 1u << 18,

    /// <summary>Wait a second for each line from a listed host.</summary>
    DNSBL_THROTTLE = 1u << 19,

    /// <summary>Remember hashes of listed hosts' messages.</summary>
    DNSBL_SPAMHASH = 1u << 20,

    /// <summary>Take a client for the user who was last seen at its address.</summary>
    SMTP_AUTH_VIA_IP = 1u << 21,

    /// <summary>Send messages even if they are flagged as in transit.</summary>
    SEND_INTRANSIT = 1u << 22,

    /// <summary>Log in to RelayServer with PLAIN. At most one of the three RELAY_AUTH flags; with none the strongest that is offered.</summary>
    RELAY_AUTH_PLAIN = 1u << 23,

    /// <summary>Log in to RelayServer with LOGIN.</summary>
    RELAY_AUTH_LOGIN = 1u << 24,

    /// <summary>Log in to RelayServer with CRAM-MD5.</summary>
    RELAY_AUTH_CRAM_MD5 = 1u << 25,

    /// <summary>Do not add recipients of sent mail to dnsbl_exempt.cfg.</summary>
    NO_AUTO_EXEMPT = 1u << 26,

    /// <summary>Do not reload the server.</summary>
    NO_RECYCLE = 1u << 27,

    /// <summary>Flag incoming spam to be deleted when read.</summary>
    KILL_READ_SPAM = 1u << 28,

    /// <summary>Listen for submission that begins with TLS on TLSSubmissionPort.</summary>
    TLS_SUBMISSION = 1u << 29,

    /// <summary>Listen for POP3 that begins with TLS on TLSPOP3Port.</summary>
    TLS_POP3 = 1u << 30,
}
