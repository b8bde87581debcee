namespace Packetboat.Relay.Queue;

/// <summary>A recipient whose time has come.</summary>
public sealed record DueRecipient(QueuedMessage Message, QueuedRecipient Recipient, string RouteName);
