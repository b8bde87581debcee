namespace Packetboat.Relay.Operations;

/// <summary>A message and all that happened to it.</summary>
public sealed record MessageTrace(
    string Id,
    DateTimeOffset Accepted,
    string Sender,
    string? Account,
    string Origin,
    long Size,
    IReadOnlyList<QueueRow> Recipients,
    IReadOnlyList<TraceRow> Events
);
