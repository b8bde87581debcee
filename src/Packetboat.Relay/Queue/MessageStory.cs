namespace Packetboat.Relay.Queue;

/// <summary>A message with everything that happened to it.</summary>
public sealed record MessageStory(QueuedMessage Message, IReadOnlyList<QueueEntry> Recipients, IReadOnlyList<TraceEvent> Events);
