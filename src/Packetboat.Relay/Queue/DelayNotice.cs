namespace Packetboat.Relay.Queue;

/// <summary>That a recipient's delay is told of.</summary>
/// <param name="Recipient">Its number.</param>
/// <param name="Before">How many notices it has had.</param>
/// <param name="Now">How many with this one; those that were missed are not made up for.</param>
public sealed record DelayNotice(int Recipient, int Before, int Now);
