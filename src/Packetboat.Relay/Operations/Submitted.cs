namespace Packetboat.Relay.Operations;

/// <summary>The id under which a message was queued.</summary>
public sealed record Submitted(string Id);
