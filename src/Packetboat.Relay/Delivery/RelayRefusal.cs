using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// Tells a relay's refusal of us from its refusal of a message. A wrong setting, password or permission would return every message in
/// the queue to its sender, one by one; it parks the route instead.
/// </summary>
internal static class RelayRefusal
{
    /// <summary>What relays say when the sign-in or the permission is missing, Synchronet's own words first.</summary>
    private static readonly string[] AboutUs =
    [
        "relay not allowed",
        "relaying through this server requires authentication",
        "authentication required",
        "must authenticate",
        "not authenticated",
        "relay access denied",
        "relaying denied",
        "relay not permitted",
        "relaying not permitted",
        "relay denied",
        "unable to relay",
        "does not relay",
        "relaying needs",
        "relaying through this port needs a sign-in",
    ];

    /// <summary>Sign in first, another mechanism, encryption, bad credentials, account disabled. RFC 4954 §6, RFC 5248.</summary>
    private static readonly int[] Codes = [523, 524, 525, 530, 534, 535, 538];

    /// <summary>The details of X.7 that are about the one who sends: RFC 3463 §3.8, RFC 4954 §6, RFC 5248.</summary>
    private static readonly int[] Details = [8, 9, 10, 11, 13];

    public static bool IsAboutUs(SmtpOutcome outcome)
    {
        if (outcome.Verdict != SmtpVerdict.Permanent)
            return false;
        // Whoever ended a sign-in, we too: without one nothing leaves, and no message is at fault.
        if (outcome.Stage is SmtpStage.Greeting or SmtpStage.Hello or SmtpStage.Authentication or SmtpStage.StartTls)
            return true;
        return outcome.FromPeer
            && outcome.Stage is (SmtpStage.Mail or SmtpStage.Recipient)
            && (Codes.Contains(outcome.Reply.Code) || IsAboutSender(outcome.Reply) || Speaks(outcome.Reply));
    }

    private static bool IsAboutSender(SmtpReply reply) =>
        EnhancedStatus.TryParse(reply.Enhanced, out EnhancedStatus status, out _)
        && status.Subject == 7
        && Details.Contains(status.Detail);

    private static bool Speaks(SmtpReply reply) =>
        Array.Exists(AboutUs, words => reply.Text.Contains(words, StringComparison.OrdinalIgnoreCase));
}
