namespace Packetboat.Relay.Queue;

/// <summary>Something the operator must act on. Raised once and cleared once.</summary>
/// <param name="Key">Such as <c>route:relay hub.example:587</c>.</param>
/// <param name="Raised">Since when.</param>
/// <param name="Text">What is wrong, and what to do about it.</param>
/// <param name="Kind">The id of its kind in <see cref="Alarms.AlarmCatalogue"/>; blank: what the key begins with says it.</param>
public sealed record Alarm(string Key, DateTimeOffset Raised, string Text, string Kind = "");
