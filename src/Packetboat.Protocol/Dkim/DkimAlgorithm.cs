namespace Packetboat.Protocol.Dkim;

/// <summary>RFC 8301 §3.1, RFC 8463 §3.</summary>
public enum DkimAlgorithm
{
    RsaSha256,
    Ed25519Sha256,

    /// <summary>Known, and not believed. RFC 8301 §3.1.</summary>
    RsaSha1,
}
