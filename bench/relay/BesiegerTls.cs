namespace Packetboat.Bench.Relay;

/// <summary>What a besieger does about TLS.</summary>
internal enum BesiegerTls
{
    /// <summary>It speaks in clear.</summary>
    None,

    /// <summary>The server waits for the handshake, and will go on waiting.</summary>
    Never,

    /// <summary>After what is said.</summary>
    Start,

    /// <summary>Before anything is said.</summary>
    First,
}
