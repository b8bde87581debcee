using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// Tells a relay's refusal of us from its refusal of a message. A wrong setting, password or permission would return every message in
/// the queue to its sender, one by one; it parks the route instead.
/// </summary>
internal static class RelayRefusal
{
    /// <summary>Sign in first, another mechanism, encryption, bad credentials, account disabled. RFC 4954 §6, RFC 5248.</summary>
    private static readonly int[] Codes = [523, 524, 525, 530, 534, 535, 538];

    /// <summary>The details of X.7 that are about the one who sends: RFC 3463 §3.8, RFC 4954 §6, RFC 5248.</summary>
    private static readonly int[] Details = [8, 9, 10, 11, 13];

    /// <param name="outcome">Of a sign-in, or for a recipient.</param>
    /// <param name="host">The relay.</param>
    /// <param name="replies">The classifier: its class <c>account</c> has the words.</param>
    public static bool IsAboutUs(SmtpOutcome outcome, string host, ReplyTable replies)
    {
        if (outcome.Verdict != SmtpVerdict.Permanent)
            return false;
        // Whoever ended a sign-in, we too: without one nothing leaves, and no message is at fault.
        if (outcome.Stage is SmtpStage.Greeting or SmtpStage.Hello or SmtpStage.Authentication or SmtpStage.StartTls)
            return true;
        int? detail = DetailOf(outcome.Reply);
        return outcome.FromPeer
            && outcome.Stage is (SmtpStage.Mail or SmtpStage.Recipient)
            && (
                Codes.Contains(outcome.Reply.Code)
                || (detail is { } known && Details.Contains(known))
                || (detail is not (12 or 14) && IsAccount(outcome.Reply, host, replies))
            );
    }

    private static bool IsAccount(SmtpReply reply, string host, ReplyTable replies) =>
        replies.Classify(new RemoteOutcome(reply, FromPeer: true, host)).Class == FailureClass.Account;

    /// <summary>Of X.7. That 12 and 14 (RFC 5248) mean us is for a person to say: Exchange says them of a group that takes no mail from outside.</summary>
    private static int? DetailOf(SmtpReply reply) =>
        EnhancedStatus.TryParse(reply.Enhanced, out EnhancedStatus status, out _) && status.Subject == 7 ? status.Detail : null;
}
