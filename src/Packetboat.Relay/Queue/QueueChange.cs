namespace Packetboat.Relay.Queue;

/// <summary>What an operator does to queued mail.</summary>
public enum QueueChange
{
    Retry,
    Hold,
    Release,
    Drop,
}
