namespace Packetboat.Relay.Operations;

/// <summary>A way to sign in.</summary>
/// <param name="Name">By which it is revoked.</param>
/// <param name="AllowsCramMd5">The password is kept readable, encrypted.</param>
/// <param name="Created">When the password was set.</param>
/// <param name="LastUsed">To the minute or so; null: never.</param>
/// <param name="LastAddress">The client's, then; empty: never used, or not since this is written down.</param>
/// <param name="LastMechanism">Such as PLAIN.</param>
/// <param name="LastTls">Version and cipher; empty in clear.</param>
/// <param name="KeyFingerprint">Of the client's key; null: it is a password.</param>
public sealed record CredentialRow(
    string Name,
    bool AllowsCramMd5,
    DateTimeOffset Created,
    DateTimeOffset? LastUsed,
    string LastAddress = "",
    string LastMechanism = "",
    string LastTls = "",
    string? KeyFingerprint = null
);
