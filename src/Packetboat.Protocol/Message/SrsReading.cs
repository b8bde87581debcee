namespace Packetboat.Protocol.Message;

/// <summary>What an address is, as seen by who rewrites senders.</summary>
public abstract record SrsReading
{
    private SrsReading() { }

    /// <summary>Not rewritten.</summary>
    public sealed record Other : SrsReading;

    /// <param name="Sender">Before it was rewritten.</param>
    public sealed record Right(MailAddress Sender) : SrsReading;

    /// <summary>It looks like one of ours and is none, or no more.</summary>
    /// <param name="Reason">In words.</param>
    public sealed record Wrong(string Reason) : SrsReading;
}
