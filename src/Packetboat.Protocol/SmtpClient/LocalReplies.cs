using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>The wording of what the client itself decides, in the shape of a reply so that queue, log and bounce share it.</summary>
internal static class LocalReplies
{
    /// <summary>RFC 6531 §3.5: 5.6.7 is what a server without the extension would have to say.</summary>
    public static readonly SmtpReply NeedsUtf8 = new(
        550,
        "5.6.7",
        "The next system does not take internationalized mail (SMTPUTF8)"
    );

    /// <summary>RFC 1870 §6.1 and §6.2.</summary>
    public static readonly SmtpReply TooLarge = new(552, "5.3.4", "The message is larger than the next system takes");

    /// <summary>RFC 3030 §3: only BDAT could carry it, and conversion is not ours to do.</summary>
    public static readonly SmtpReply Unclean = new(554, "5.6.0", "The message has a NUL, or a bare CR or LF, and cannot be sent");

    /// <summary>RFC 9422 §4.2: more would be refused, and repeating a refusal looks like abuse.</summary>
    public static readonly SmtpReply TooManyRecipients = new(
        452,
        "4.5.3",
        "Left for the next transaction: the recipient limit is reached"
    );

    /// <summary>The mechanism has no answer to the challenge.</summary>
    /// <param name="reason">Why; null: it is none at all.</param>
    public static SmtpReply NoSaslAnswer(string? reason) =>
        new(535, "5.7.8", $"The sign-in was broken off: {reason ?? "the server's challenge makes no sense for this mechanism"}");

    public static readonly SmtpReply ServerNotProven = new(
        535,
        "5.7.8",
        "The server ended the exchange before it had proved that it knows the password"
    );

    public static SmtpReply ConnectionLost(string how) => new(421, "4.4.2", how);

    public static SmtpReply NoFinalReply(string how) => new(421, "4.4.2", $"No reply after the end of the message: {how}");
}
