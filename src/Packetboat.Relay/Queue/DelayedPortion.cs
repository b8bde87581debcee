namespace Packetboat.Relay.Queue;

/// <summary>What one look for delayed mail found.</summary>
/// <param name="Delayed">In the order of messages and recipients.</param>
/// <param name="Last">Where to go on; null: nothing behind it can be late yet.</param>
public sealed record DelayedPortion(IReadOnlyList<DelayedRecipient> Delayed, long? Last);
