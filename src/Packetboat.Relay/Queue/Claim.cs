namespace Packetboat.Relay.Queue;

/// <summary>One recipient goes to delivery, or waits under another route because the settings changed.</summary>
public sealed record Claim(long Message, int Recipient, string RouteName, int Attempts, DateTimeOffset NextDue, bool ToDelivery)
{
    /// <summary>Since when and why it leaves by another route; null: by the one that it had.</summary>
    public (DateTimeOffset At, string Why)? Rerouted { get; init; }
}
