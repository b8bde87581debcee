namespace Packetboat.Relay.Operations;

/// <summary>Mail began to leave another way, as <c>DeliveryMode=Auto</c> decided.</summary>
/// <param name="At">When.</param>
/// <param name="Text">What leaves how, and why.</param>
public sealed record RouteChange(DateTimeOffset At, string Text);
