using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>What became of it.</summary>
public enum SmtpVerdict
{
    /// <summary>The peer has taken responsibility. RFC 5321 §4.2.5.</summary>
    Accepted,

    /// <summary>Not now. RFC 5321 §4.2.1.</summary>
    Temporary,

    /// <summary>Not like this, ever.</summary>
    Permanent,

    /// <summary>
    /// The content and its final dot were sent and no reply came. The peer may have the message; it has to be sent again all the same,
    /// and may then arrive twice. RFC 1047.
    /// </summary>
    Unknown,
}

/// <summary>Which step of the conversation decided.</summary>
public enum SmtpStage
{
    /// <summary>None: we knew before we asked.</summary>
    BeforeSending,
    Greeting,
    Hello,
    StartTls,
    Authentication,
    Mail,
    Recipient,
    Data,
    Content,
    Reset,
}

/// <summary>A decision and the reply that made it. The connection has survived it, unless the session says otherwise.</summary>
/// <param name="Verdict">What it means.</param>
/// <param name="Stage">Which step it answers.</param>
/// <param name="Reply">The peer's own words, or ours where <paramref name="FromPeer"/> is false.</param>
/// <param name="FromPeer">Whether the peer said it. A report to the sender quotes only what a peer has said.</param>
public sealed record SmtpOutcome(SmtpVerdict Verdict, SmtpStage Stage, SmtpReply Reply, bool FromPeer)
{
    public bool IsAccepted => Verdict is SmtpVerdict.Accepted;

    /// <summary>Reads a peer's reply. Codes are classified by their first digit alone. RFC 5321 §4.2.1.</summary>
    public static SmtpOutcome Of(SmtpStage stage, SmtpReply reply) => new(VerdictOf(reply), stage, reply, FromPeer: true);

    internal static SmtpOutcome Ours(SmtpVerdict verdict, SmtpStage stage, SmtpReply reply) =>
        new(verdict, stage, reply, FromPeer: false);

    private static SmtpVerdict VerdictOf(SmtpReply reply) =>
        reply switch
        {
            { IsPermanent: true } => SmtpVerdict.Permanent,
            { IsTransient: true } => SmtpVerdict.Temporary,
            _ => SmtpVerdict.Accepted,
        };
}
