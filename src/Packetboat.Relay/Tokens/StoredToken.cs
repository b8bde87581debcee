namespace Packetboat.Relay.Tokens;

/// <summary>A refresh token, as the store has it: sealed.</summary>
/// <param name="Name">Of the section.</param>
/// <param name="Sealed">By <see cref="Hub.SecretBox"/>.</param>
/// <param name="Since">When we got it.</param>
/// <param name="Ends">When it ends, if its giver has said; null: not known.</param>
public sealed record StoredToken(string Name, byte[] Sealed, DateTimeOffset Since, DateTimeOffset? Ends);
