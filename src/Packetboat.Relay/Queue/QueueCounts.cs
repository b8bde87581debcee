namespace Packetboat.Relay.Queue;

/// <summary>How many recipients are in which state, and how old the oldest is that still waits.</summary>
public sealed record QueueCounts(long Waiting, long Claimed, long Held, DateTimeOffset? Oldest);
