namespace Packetboat.Relay.Queue;

/// <summary>What a message's sender wants of TLS on its way. RFC 8689. Values are stored: they never change their meaning.</summary>
public enum TlsWish : byte
{
    /// <summary>Nothing was said: as the recipient's domain demands.</summary>
    Usual = 0,

    /// <summary>REQUIRETLS: over verified TLS at every hop, or not at all.</summary>
    Required = 1,

    /// <summary><c>TLS-Required: No</c>: rather in clear than not at all, whatever the recipient's domain demands.</summary>
    Optional = 2,
}
