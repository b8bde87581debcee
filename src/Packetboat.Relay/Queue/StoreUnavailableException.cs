namespace Packetboat.Relay.Queue;

/// <summary>The store cannot write: a full disk, a failed device. The message in hand was not accepted.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner) : IOException(message, inner);
