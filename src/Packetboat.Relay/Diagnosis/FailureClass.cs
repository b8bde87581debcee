namespace Packetboat.Relay.Diagnosis;

/// <summary>Why a delivery failed. Values are stored: they never change their meaning.</summary>
public enum FailureClass
{
    /// <summary>Nobody knows. A permanent reply stays permanent, anything else is tried again.</summary>
    Unknown = 0,

    /// <summary>There is no such address, it is closed, or its domain takes no mail.</summary>
    RecipientUnknown = 1,

    MailboxFull = 2,

    /// <summary>Put off on purpose, to see whether we come again.</summary>
    Greylisted = 3,

    /// <summary>Too much from us, or too much for this recipient, in too short a time.</summary>
    RateLimited = 4,

    /// <summary>Our provider lets no SMTP out.</summary>
    Port25Blocked = 5,

    /// <summary>Nobody answers there, or only to say that he cannot work now.</summary>
    HostDown = 6,

    /// <summary>The servers of the domain cannot be looked up, or its records contradict themselves.</summary>
    Dns = 7,

    /// <summary>Encryption is demanded and did not come about.</summary>
    TlsPolicy = 8,

    /// <summary>The address that we send from is on a list, or is not trusted.</summary>
    AddressReputation = 9,

    /// <summary>The address that we send from has no reverse name that leads back to it.</summary>
    NoPtr = 10,

    /// <summary>SPF, DKIM or DMARC is missing or does not fit.</summary>
    AuthenticationMissing = 11,

    /// <summary>It was taken for spam, a virus, or something else that is not wanted.</summary>
    ContentRefused = 12,

    MessageTooLarge = 13,

    /// <summary>The envelope sender or its domain is not accepted.</summary>
    SenderRefused = 14,

    /// <summary>We are not signed in, or may not send by this server.</summary>
    Account = 15,

    /// <summary>A rule of the other side that none of the others describes.</summary>
    Policy = 16,

    /// <summary>The sender demands verified TLS at every hop, and the way cannot promise it. RFC 8689.</summary>
    RequireTls = 20,

    /// <summary>A server that always had TLS has none.</summary>
    TlsGone = 21,
}
