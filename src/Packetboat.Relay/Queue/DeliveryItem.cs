namespace Packetboat.Relay.Queue;

/// <summary>Work for one connection: one message and those of its recipients that leave by the same route.</summary>
/// <param name="Message">The message.</param>
/// <param name="Recipients">At least one.</param>
/// <param name="RouteName">The name of the route.</param>
/// <param name="Content">The whole content where it is still in memory, held until the work is done; null: read it from the store.</param>
public sealed record DeliveryItem(
    QueuedMessage Message,
    IReadOnlyList<QueuedRecipient> Recipients,
    string RouteName,
    HeldContent? Content
);
