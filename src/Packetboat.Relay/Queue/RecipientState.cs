namespace Packetboat.Relay.Queue;

/// <summary>Where a recipient's copy of a message is. Values are stored: they never change their meaning.</summary>
public enum RecipientState
{
    /// <summary>Waits in the store for its time.</summary>
    Waiting = 0,

    /// <summary>Handed to delivery in memory; the time of the attempt after this one is already stored.</summary>
    Claimed = 1,

    /// <summary>Stopped by the operator until released.</summary>
    Held = 2,

    /// <summary>The next hop took it.</summary>
    Delivered = 3,

    /// <summary>It was returned to its sender, or dropped because it has none.</summary>
    Bounced = 4,

    /// <summary>Removed by the operator without a word to the sender.</summary>
    Dropped = 5,
}
