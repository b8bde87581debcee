using System.Globalization;
using Packetboat.Protocol.IO;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.SmtpServer;

/// <summary>What the server says: the wording of each reply stands here, once.</summary>
internal static class Replies
{
    public static SmtpReply LineTooLong { get; } =
        new(500, "5.5.6", $"The line is longer than {SmtpCommandParser.MaxLine} octets");

    public static SmtpReply BareLineFeed { get; } = new(500, "5.5.2", "A line must end in CRLF, not in LF alone");

    public static SmtpReply HelloFirst { get; } = new(503, "5.5.1", "Say EHLO first");

    public static SmtpReply NestedMail { get; } = new(503, "5.5.1", "A message is already begun; finish it or say RSET");

    public static SmtpReply MailFirst { get; } = new(503, "5.5.1", "Say MAIL first");

    public static SmtpReply RecipientFirst { get; } = new(554, "5.5.1", "No valid recipients");

    public static SmtpReply ChunksUnderWay { get; } =
        new(503, "5.5.1", "BDAT is under way; finish the message with it, or say RSET");

    public static SmtpReply NoTlsTwice { get; } = new(503, "5.5.1", "TLS is already active");

    public static SmtpReply ReadyForTls { get; } = new(220, "2.0.0", "Ready to start TLS", AfterReply.UpgradeToTls);

    public static SmtpReply AlreadySignedIn { get; } = new(503, "5.5.1", "Already signed in");

    public static SmtpReply NotWithinMail { get; } = new(503, "5.5.1", "Not while a message is begun");

    public static SmtpReply SignInFirst { get; } = new(530, "5.7.0", "Authentication required: sign in with AUTH first");

    public static SmtpReply SignInNeedsTls { get; } =
        new(538, "5.7.11", "Say STARTTLS first: AUTH is only offered over TLS here");

    /// <summary>RFC 8689 §2: the parameter is for sessions under TLS; X.7.10 is "encryption needed".</summary>
    public static SmtpReply RequireTlsNeedsTls { get; } = new(530, "5.7.10", "REQUIRETLS needs TLS: say STARTTLS first");

    public static SmtpReply NoAuthHere { get; } = new(503, "5.5.1", "AUTH is not offered here; use the submission port");

    public static SmtpReply NoSuchMechanism { get; } =
        new(504, "5.5.4", "That mechanism is not offered; EHLO lists those that are");

    public static SmtpReply SignedIn { get; } = new(235, "2.7.0", "Signed in");

    public static SmtpReply SignInFailed { get; } = new(535, "5.7.8", "Unknown account or wrong password");

    /// <summary>RFC 4954 §6: 534 where the mechanism is weaker than the account's.</summary>
    public static SmtpReply MechanismTooWeak(QwkId account, SignInRule rule) =>
        new(534, "5.7.9", $"Account {account} signs in by {string.Join(" or ", rule.Mechanisms)} only: choose that");

    /// <summary>RFC 4954 §6: 538 where the mechanism needs an encrypted channel.</summary>
    public static SmtpReply AccountNeedsTls(QwkId account) =>
        new(538, "5.7.11", $"Account {account} signs in over TLS only: say STARTTLS first");

    public static SmtpReply BadAuthLine { get; } = new(501, "5.5.2", "That is not a response of this mechanism");

    public static SmtpReply AuthCancelled { get; } = new(501, "5.7.0", "Sign-in cancelled");

    public static SmtpReply AuthLineTooLong { get; } =
        new(500, "5.5.6", $"The line is longer than {SmtpCommandParser.MaxAuthLine} octets");

    public static SmtpReply SignInUnavailable { get; } =
        new(454, "4.7.0", "Sign-in is not possible at the moment, try again later");

    public static SmtpReply SendData { get; } = new(354, "", "Send the message, end with <CRLF>.<CRLF>");

    public static SmtpReply Ok { get; } = new(250, "2.0.0", "OK");

    public static SmtpReply SenderOk { get; } = new(250, "2.1.0", "Sender OK");

    public static SmtpReply RecipientOk { get; } = new(250, "2.1.5", "Recipient OK");

    public static SmtpReply CannotVerify { get; } = new(252, "2.5.2", "Cannot verify; send some mail, and it will be tried");

    public static SmtpReply NoLists { get; } = new(502, "5.5.1", "EXPN is not implemented");

    public static SmtpReply Help { get; } =
        new(214, "2.0.0", "EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT; RFC 5321 explains them");

    public static SmtpReply TooManyErrors { get; } = new(421, "4.7.0", "Too many errors, closing", AfterReply.Close);

    public static SmtpReply TooManySignIns { get; } = new(421, "4.7.0", "Too many failed sign-ins, closing", AfterReply.Close);

    public static SmtpReply TimedOut { get; } = new(421, "4.4.2", "Nothing was heard for too long, closing", AfterReply.Close);

    public static SmtpReply MakeRoom { get; } =
        new(421, "4.7.0", "All places are taken and others wait, try again later", AfterReply.Close);

    public static SmtpReply SignedOut { get; } =
        new(
            421,
            "4.7.0",
            "The credential of this session is not valid any more: keep the mail, and sign in with another",
            AfterReply.Close
        );

    public static SmtpReply TooManyRecipients { get; } =
        new(452, "4.5.3", "Too many recipients for one message; send the rest in another");

    public static SmtpReply Fault { get; } =
        new(421, "4.3.0", "An internal fault; nothing was lost, try again later", AfterReply.Close);

    public static SmtpReply NoLiteral { get; } =
        new(550, "5.1.2", "Mail to an address literal is not carried; use the domain's name");

    public static SmtpReply NoMessage { get; } = new(554, "5.6.0", "The message is empty");

    public static SmtpReply Endless { get; } = new(552, "5.3.4", "The message does not end, closing", AfterReply.Close);

    public static SmtpReply Stopping(string host) => new(421, "4.3.2", $"{host} is stopping, try again later", AfterReply.Close);

    /// <summary>With the time, as many say it: a client whose clock is wrong finds it out before STARTTLS, when certificates seem to have expired.</summary>
    public static SmtpReply Greeting(string host, DateTimeOffset now) =>
        new(220, "", $"{host} ESMTP Packetboat; {ReceivedField.Date(now)}");

    public static SmtpReply Goodbye(string host) => new(221, "2.0.0", $"{host} closing, goodbye", AfterReply.Close);

    /// <param name="id">Of the message.</param>
    /// <param name="usage">Of the account; what it should know of its limits follows the id.</param>
    public static SmtpReply Queued(string id, UsageReservation? usage = null) =>
        usage switch
        {
            { Stopped: { Kind: HoldKind.Delayed } late } => new SmtpReply(
                250,
                "2.0.0",
                $"Queued as {id}; {late.Why} until {Minute(late.Until)}"
            ),
            { Stopped: { } held } => new SmtpReply(250, "2.0.0", $"Queued as {id}; {held.Why}"),
            { Near: { } near } => new SmtpReply(250, "2.0.0", $"Queued as {id}; {near}"),
            _ => new SmtpReply(250, "2.0.0", $"Queued as {id}"),
        };

    public static SmtpReply ChunkTaken(long octets) =>
        new(250, "2.0.0", string.Create(CultureInfo.InvariantCulture, $"{octets} octets received"));

    public static SmtpReply TooLarge(long limit) =>
        new(
            552,
            "5.3.4",
            string.Create(CultureInfo.InvariantCulture, $"The message is larger than the {limit} octets that are taken here")
        );

    public static SmtpReply StoreFailure(string reason) =>
        new(452, "4.3.1", $"The message was not taken: {reason}; try again later");

    public static SmtpReply BadLines(DataFault fault, int line) =>
        fault switch
        {
            DataFault.BareLineEnd => new SmtpReply(
                550,
                "5.5.2",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Line {line} of the message has a CR or LF that is not part of CRLF"
                ),
                AfterReply.Close
            ),
            DataFault.Nul => new SmtpReply(
                554,
                "5.6.0",
                string.Create(CultureInfo.InvariantCulture, $"Line {line} of the message has a NUL octet")
            ),
            _ => new SmtpReply(
                554,
                "5.6.0",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Line {line} of the message is longer than {MessageReader.MaxLine} octets"
                )
            ),
        };

    public static SmtpReply TooManyHops(int hops) =>
        new(
            554,
            "5.4.6",
            string.Create(CultureInfo.InvariantCulture, $"The message has been through {hops} hosts: this looks like a loop")
        );

    public static SmtpReply Loop(string host, int times) =>
        new(
            554,
            "5.4.6",
            string.Create(CultureInfo.InvariantCulture, $"The message has been through {host} {times} times: this is a loop")
        );

    public static SmtpReply NeedsSmtpUtf8(MailAddress address) =>
        new(553, "5.6.7", $"<{address}> needs the parameter SMTPUTF8 on MAIL");

    public static SmtpReply RelayNeedsSignIn(MailAddress recipient) =>
        new(550, "5.7.1", $"<{recipient}>: relaying through this port needs a sign-in (AUTH), or use the submission port");

    public static SmtpReply RelayRefused(MailAddress recipient) =>
        new(550, "5.7.1", $"<{recipient}>: this host does not relay for strangers; sign in on the submission port");

    /// <summary>RFC 3463 §3.8: delivery not authorized.</summary>
    public static SmtpReply MustNotLeave(MailAddress recipient, string rule) =>
        new(
            550,
            "5.7.1",
            $"<{recipient}>: this mail must not leave the system: the rule {rule} of its operator keeps it in; ask the operator of this host"
        );

    public static SmtpReply UnknownLocal(MailAddress recipient) =>
        new(550, "5.1.1", $"<{recipient}>: no such mailbox here; write name@domain.example");

    /// <param name="who">An account, or relaying.</param>
    /// <param name="suspension">In force.</param>
    /// <param name="host">Whose postmaster knows more.</param>
    public static SmtpReply Suspended(string who, Suspension suspension, string host) =>
        suspension.Answer == SuspendedAnswer.Refuse
            ? new SmtpReply(550, "5.7.1", $"{who} is suspended{suspension.Describe()}: no mail is taken; ask postmaster@{host}")
            : new SmtpReply(451, "4.7.1", $"{who} is suspended{suspension.Describe()}: keep the mail and try again later");

    /// <param name="account">Its name.</param>
    /// <param name="reached">What it would exceed.</param>
    public static SmtpReply OverLimit(string account, LimitReached reached)
    {
        // A suspension by a limit has no end but the operator's word.
        if (reached.Rule.Action == LimitAction.Suspend)
            return new SmtpReply(
                451,
                "4.7.1",
                $"Account {account} {reached.Describe()} and is suspended for it: keep the mail and try again later"
            );
        string when = reached.Ends is { } end ? $"try again after {Minute(end)}" : "try again later";
        // A message may have more recipients than are left, and a smaller one still go.
        string more = reached.Used < reached.Rule.Value ? ", too few are left for this message" : "";
        return new SmtpReply(451, "4.7.1", $"Account {account} {reached.Describe()}{more}: keep the mail and {when}");
    }

    /// <summary>RFC 7372 §3.3: what was found of SPF, DKIM and DMARC together.</summary>
    /// <param name="lines">What is wrong, and what mends it.</param>
    public static SmtpReply WillNotArrive(IReadOnlyList<string> lines) => new(550, "5.7.26", lines);

    public static SmtpReply NoSuchRewrittenSender(MailAddress address, string reason) =>
        new(550, "5.1.1", $"<{address}> stands for nobody: {reason}");

    public static SmtpReply TooManyReports { get; } =
        new(451, "4.7.1", "Too many reports for one sender, or to wrong addresses; try again later");

    public static SmtpReply ReportsHaveOneRecipient { get; } =
        new(452, "4.5.3", "The null sender is for reports, which have one recipient; send it again to each of the others");

    public static SmtpReply NotTheirAddress(string why) => new(550, "5.7.1", why);

    /// <summary>RFC 5322 §3.6 demands one, and large receivers refuse what has none.</summary>
    public static SmtpReply NoFrom { get; } =
        new(550, "5.6.0", "The message has no From field; write one: From: Name <user@domain.example>");

    /// <summary>RFC 5321 §4.5.5.</summary>
    public static SmtpReply NullSenderIsForReports { get; } =
        new(
            550,
            "5.7.1",
            "The null sender is for reports (multipart/report) and automatic answers (Auto-Submitted: auto-replied); "
                + "send other mail with MAIL FROM:<your address>"
        );

    public static SmtpReply BadFrom(string fault) => BadSenderField("From", fault);

    public static SmtpReply BadSenderField(string name, string fault) =>
        new(550, "5.7.1", $"{name} {fault}; write one {name} field with plain addresses: Name <user@domain.example>");

    public static SmtpReply TooManySenderFields { get; } =
        new(550, "5.7.1", "Sender, Resent-From and Resent-Sender are too many or too long; leave out those of earlier journeys");

    public static SmtpReply SeveralFromFields(int count) =>
        BadFrom(string.Create(CultureInfo.InvariantCulture, $"stands {count} times in the header"));

    /// <summary>4xx, so that the mail stays where it is until the node has a new password.</summary>
    public static SmtpReply CredentialGone(Credential by) =>
        new(
            421,
            "4.7.0",
            $"The credential {by.Name} of account {by.Account} is not valid any more: keep the mail, and sign in with another",
            AfterReply.Close
        );

    private static string Minute(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
}
