using Packetboat.Relay.SmtpServer;

namespace Packetboat.Relay.Telemetry;

/// <summary>Something that a client did, and that others than the log are told of.</summary>
public abstract record ClientAction
{
    private ClientAction() { }

    /// <param name="Peer">Who.</param>
    /// <param name="Account">As whom.</param>
    public sealed record SignedIn(SmtpPeer Peer, string Account) : ClientAction;

    /// <param name="Peer">Who.</param>
    /// <param name="Name">The one that was claimed, printable.</param>
    public sealed record SignInRefused(SmtpPeer Peer, string Name) : ClientAction;

    /// <summary>It has been refused so often that it looks like guessing. <c>LoginAttemptHackThreshold</c>.</summary>
    /// <param name="Peer">Who.</param>
    /// <param name="Name">The last one that was claimed, printable.</param>
    /// <param name="Failures">From that address, of late.</param>
    public sealed record Suspected(SmtpPeer Peer, string Name, int Failures) : ClientAction;

    /// <summary>A receiver says that an account's mail is spam, and it counts. RFC 5965.</summary>
    /// <param name="Sender">In the envelope; empty: null.</param>
    /// <param name="Recipient">Who complained; empty: it is not known.</param>
    /// <param name="Reason">What the report says, printable.</param>
    public sealed record ReportedAsSpam(string Sender, string Recipient, string Reason) : ClientAction;
}
