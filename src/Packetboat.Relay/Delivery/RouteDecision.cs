namespace Packetboat.Relay.Delivery;

/// <summary>Which way mail leaves, and why.</summary>
/// <param name="Route">The way.</param>
/// <param name="Because">The setting that chose it, in words.</param>
/// <param name="Otherwise">What would make it another.</param>
public sealed record RouteDecision(Route Route, string Because, IReadOnlyList<string> Otherwise);
