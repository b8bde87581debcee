namespace Packetboat.Relay.Queue;

/// <summary>What a start found.</summary>
public sealed record SweepResult(int OrphanedChunks, int InterruptedDeliveries);
