namespace Packetboat.Protocol.Sasl;

/// <summary>
/// What a server answers to a name in SCRAM, before it knows whether the client is who it says. RFC 5802 §5.
/// The salt is sent before the proof arrives, so only verifiers that share one salt and iteration count can take part together.
/// </summary>
/// <param name="Salt">For an unknown name: invented, and the same each time it is asked for.</param>
/// <param name="Iterations">Likewise.</param>
/// <param name="Candidates">All with that salt and count; empty for an unknown name.</param>
public sealed record ScramAccount(byte[] Salt, int Iterations, IReadOnlyList<ScramCandidate> Candidates);

/// <summary>One credential that the proof may turn out to be of.</summary>
public sealed record ScramCandidate(SaslIdentity Identity, ScramVerifier Verifier);
