namespace Packetboat.Relay.Telemetry;

/// <summary>Somebody signed in, or tried to.</summary>
/// <param name="At">When.</param>
/// <param name="Name">Of the account; of a failure the name that was claimed, printable.</param>
/// <param name="Client">Address.</param>
/// <param name="IsRefused">He was not let in.</param>
public sealed record AccessEvent(DateTimeOffset At, string Name, string Client, bool IsRefused);
