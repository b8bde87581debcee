namespace Packetboat.Protocol.Dkim;

/// <summary>What may change on the way. RFC 6376 §3.4.</summary>
public enum DkimCanonicalization
{
    /// <summary>Nothing.</summary>
    Simple,

    /// <summary>Blanks, and the case of field names.</summary>
    Relaxed,
}
