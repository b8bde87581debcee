namespace Packetboat.Protocol.Sasl;

/// <summary>Who signed in: the account under its own name, not as it was typed, and which of its credentials did it.</summary>
public sealed record SaslIdentity(string Account, string Credential);
