namespace Packetboat.Relay.Hub;

/// <summary>What becomes of mail that would exceed a limit. Values are stored: they never change their meaning.</summary>
public enum LimitAction
{
    /// <summary>451 (452 for recipients, 552 for the size of a message): it stays with the node.</summary>
    Refuse = 0,

    /// <summary>It is taken, and leaves once the counter allows it.</summary>
    Delay = 1,

    /// <summary>It is taken, and leaves once the operator releases it.</summary>
    Hold = 2,

    /// <summary>It is refused, and the account suspended until the operator resumes it.</summary>
    Suspend = 3,
}
