namespace Packetboat.Protocol.Sasl;

/// <summary>
/// The credentials cannot be looked up just now: a fault of ours, not of the client. The exchange turns it into
/// <see cref="SaslFailureKind.Unavailable"/>, because 535 would make a Synchronet node bounce its whole queue.
/// </summary>
public sealed class CredentialsUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
