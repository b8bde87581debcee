namespace Packetboat.Relay.Operations;

/// <summary>What was changed.</summary>
public sealed record QueueChanged(QueueAction Action, IReadOnlyList<QueueRow> Changed);
