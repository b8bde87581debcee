namespace Packetboat.Protocol.TransportSecurity;

/// <summary>What a domain asks of senders. RFC 8461 §5.</summary>
public enum MtaStsMode
{
    /// <summary>It has no policy any more.</summary>
    None,

    /// <summary>What would fail is told, and the mail is delivered all the same.</summary>
    Testing,

    /// <summary>To no host that does not fit.</summary>
    Enforce,
}
