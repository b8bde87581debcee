namespace Packetboat.Relay.Operations;

/// <summary>Nothing to say but that it was done.</summary>
public sealed record Done(string Message);
