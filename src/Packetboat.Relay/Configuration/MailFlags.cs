namespace Packetboat.Relay.Configuration;

/// <summary>The flags of the key <c>Options</c>, in order of their bits.</summary>
internal static class MailFlags
{
    public static IReadOnlyList<SettingFlag> All { get; } =
    [
        new(MailOptions.DEBUG_RX_HEADER, "DEBUG_RX_HEADER", "Log every header line received.", IsUsedYet: false),
        new(MailOptions.DEBUG_RX_BODY, "DEBUG_RX_BODY", "Keep the received message file.", IsUsedYet: false),
        new(MailOptions.ALLOW_POP3, "ALLOW_POP3", "Listen for POP3 on POP3Port.", IsUsedYet: false),
        new(MailOptions.DEBUG_TX, "DEBUG_TX", "Log every line sent.", IsUsedYet: false),
        new(MailOptions.DEBUG_RX_RSP, "DEBUG_RX_RSP", "Log replies received.", IsUsedYet: false),
        new(MailOptions.RELAY_TX, "RELAY_TX", "Send all outgoing mail to RelayServer.", IsUsedYet: true),
        new(MailOptions.DEBUG_POP3, "DEBUG_POP3", "Log POP3 in detail.", IsUsedYet: false),
        new(MailOptions.NO_READ_POP3, "NO_READ_POP3", "Do not mark a message as read when it is retrieved.", IsUsedYet: false),
        new(MailOptions.NO_NOTIFY, "NO_NOTIFY", "Leave no on-screen notice for the recipient.", IsUsedYet: false),
        new(
            MailOptions.ALLOW_SYSOP_ALIASES,
            "ALLOW_SYSOP_ALIASES",
            "Accept sysop, postmaster and the system's own QWK-ID as user 1.",
            IsUsedYet: false
        ),
        new(MailOptions.USE_SUBMISSION_PORT, "USE_SUBMISSION_PORT", "Listen for submission on SubmissionPort.", IsUsedYet: true),
        new(
            MailOptions.NO_HOST_LOOKUP,
            "NO_HOST_LOOKUP",
            "Do not look up clients' names. None is looked up so far, with or without the flag.",
            IsUsedYet: true
        ),
        new(MailOptions.USE_TCP_DNS, "USE_TCP_DNS", "Ask the resolver over TCP.", IsUsedYet: true),
        new(MailOptions.NO_SENDMAIL, "NO_SENDMAIL", "Do not deliver; accepted mail waits.", IsUsedYet: true),
        new(
            MailOptions.ALLOW_RELAY,
            "ALLOW_RELAY",
            "Accounts may also send through SMTPPort, not on the submission ports only.",
            IsUsedYet: true
        ),
        new(MailOptions.DNSBL_REFUSE, "DNSBL_REFUSE", "Refuse the session of a listed host.", IsUsedYet: false),
        new(MailOptions.DNSBL_IGNORE, "DNSBL_IGNORE", "Accept and drop the mail of a listed host.", IsUsedYet: false),
        new(MailOptions.DNSBL_BADUSER, "DNSBL_BADUSER", "Refuse the recipients of a listed host.", IsUsedYet: false),
        new(
            MailOptions.DNSBL_CHKRECVHDRS,
            "DNSBL_CHKRECVHDRS",
            "Also test addresses found in Received fields.",
            IsUsedYet: false
        ),
        new(MailOptions.DNSBL_THROTTLE, "DNSBL_THROTTLE", "Wait a second for each line from a listed host.", IsUsedYet: false),
        new(MailOptions.DNSBL_SPAMHASH, "DNSBL_SPAMHASH", "Remember hashes of listed hosts' messages.", IsUsedYet: false),
        new(
            MailOptions.SMTP_AUTH_VIA_IP,
            "SMTP_AUTH_VIA_IP",
            "Take a client for the user who was last seen at its address.",
            IsUsedYet: false
        ),
        new(
            MailOptions.SEND_INTRANSIT,
            "SEND_INTRANSIT",
            "Send messages even if they are flagged as in transit.",
            IsUsedYet: false
        ),
        new(
            MailOptions.RELAY_AUTH_PLAIN,
            "RELAY_AUTH_PLAIN",
            "Log in to RelayServer with PLAIN. At most one of the three RELAY_AUTH flags; with none the strongest that is offered.",
            IsUsedYet: true
        ),
        new(MailOptions.RELAY_AUTH_LOGIN, "RELAY_AUTH_LOGIN", "Log in to RelayServer with LOGIN.", IsUsedYet: true),
        new(MailOptions.RELAY_AUTH_CRAM_MD5, "RELAY_AUTH_CRAM_MD5", "Log in to RelayServer with CRAM-MD5.", IsUsedYet: true),
        new(
            MailOptions.NO_AUTO_EXEMPT,
            "NO_AUTO_EXEMPT",
            "Do not add recipients of sent mail to dnsbl_exempt.cfg.",
            IsUsedYet: false
        ),
        new(MailOptions.NO_RECYCLE, "NO_RECYCLE", "Do not reload the server.", IsUsedYet: false),
        new(MailOptions.KILL_READ_SPAM, "KILL_READ_SPAM", "Flag incoming spam to be deleted when read.", IsUsedYet: false),
        new(
            MailOptions.TLS_SUBMISSION,
            "TLS_SUBMISSION",
            "Listen for submission that begins with TLS on TLSSubmissionPort.",
            IsUsedYet: true
        ),
        new(MailOptions.TLS_POP3, "TLS_POP3", "Listen for POP3 that begins with TLS on TLSPOP3Port.", IsUsedYet: false),
    ];
}
