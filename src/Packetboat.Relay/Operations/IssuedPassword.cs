namespace Packetboat.Relay.Operations;

/// <summary>A new password: shown once, then only its verifier is known.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Credential">Of which credential.</param>
/// <param name="GeneratedPassword">Null when the operator chose it himself.</param>
public sealed record IssuedPassword(AccountRow Account, string Credential, string? GeneratedPassword);
