namespace Packetboat.Protocol.Sasl;

/// <summary>What the connection and the installation allow a client to sign in with.</summary>
/// <param name="HostName">Stands in CRAM-MD5's challenge.</param>
/// <param name="TlsUp">Whether what the client sends is encrypted.</param>
/// <param name="ChannelBindings">
/// What the TLS connection offers; empty without TLS, or where the TLS library tells nothing. .NET gives <c>tls-server-end-point</c>.
/// </param>
/// <param name="HasReversibleSecrets">Whether any account can use CRAM-MD5 at all.</param>
/// <param name="PlainInClear">The operator wants passwords to be taken without TLS, as Synchronet does.</param>
/// <param name="ClientKey">
/// <see cref="TlsClientKey"/> of the client, where some account has it; null: none, and EXTERNAL is not offered.
/// </param>
public sealed record SaslServerOptions(
    string HostName,
    bool TlsUp,
    IReadOnlyList<ChannelBinding> ChannelBindings,
    bool HasReversibleSecrets,
    bool PlainInClear = false,
    byte[]? ClientKey = null
);
