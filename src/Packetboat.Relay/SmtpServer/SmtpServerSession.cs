using Packetboat.Protocol.Message;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.SmtpServer;

/// <summary>
/// One client's conversation, from greeting to goodbye. RFC 5321 §3 (the procedure) and §4.1.4 (the order).
/// Bytes are the wire's business, grammar is the parser's; this class decides, and answers every command with one reply. Signing in is in
/// <c>SmtpServerSession.Auth.cs</c>, a message's content in <c>SmtpServerSession.Data.cs</c>.
/// </summary>
public sealed partial class SmtpServerSession(
    ISmtpWire wire,
    SmtpPeer peer,
    SmtpServerSettings settings,
    IRelayPolicy policy,
    ISpool spool,
    AccountAuthenticator accounts,
    SignInAttempts attempts,
    MailLog log,
    TimeProvider time,
    SendingUsage? usage = null,
    Complaints? complaints = null,
    ArrivalGate? arrival = null,
    RewrittenSenders? rewritten = null
)
{
    /// <summary>Refused commands after which a client is taken for a broken one, or for one that speaks another protocol.</summary>
    private const int MaxErrors = 10;

    /// <summary>Commands without a message, refused recipients among them, after which a client is taken to be holding a seat or guessing.</summary>
    private const int MaxIdle = 100;

    private const int MaxFailedSignIns = 3;

    // State is grouped by how long it lives. To forget something is to assign null.
    private Hello? _hello; // since EHLO, until TLS starts
    private AuthenticatedAccount? _account; // since AUTH, until TLS starts
    private LimitReached? _strange; // since AUTH: the account has never come from there, and too often from elsewhere
    private Envelope? _envelope; // since MAIL, until RSET, EHLO or the end of the message
    private IncomingMessage? _chunks; // since the first BDAT, as long as the envelope
    private bool? _isTrusted; // asked once: by relay.cfg
    private int _errors;
    private int _idle; // commands since the last message that moved no mail
    private int _failedSignIns;

    /// <summary>Who has signed in. Read by other threads than the session's own.</summary>
    public AuthenticatedAccount? Account => Volatile.Read(ref _account);

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await ConverseAsync(stopping);
        }
        finally
        {
            await ForgetEnvelopeAsync();
        }
    }

    private async Task ConverseAsync(CancellationToken stopping)
    {
        await wire.WriteAsync(Replies.Greeting(settings.HostName, time.GetUtcNow()));
        while (true)
        {
            SmtpCommand command = await wire.ReadCommandAsync();
            if (command is SmtpCommand.Ended { Reason: WireEnd.Disconnected })
                return;

            SmtpReply reply = await AnswerInOrderAsync(command, stopping);
            bool isOver = IsOneTooMany(command, reply);
            await wire.WriteAsync(reply);

            if (reply.After == AfterReply.Close)
                return;
            if (isOver)
            {
                // Behind the reply that says what was wrong, which nobody could read otherwise. RFC 5321 §3.8.
                await wire.WriteAsync(Replies.TooManyErrors);
                return;
            }

            if (reply.After == AfterReply.UpgradeToTls && !await UpgradeToTlsAsync())
                return;
        }
    }

    private async ValueTask<bool> UpgradeToTlsAsync()
    {
        // We forget everything the client told us: it came in the clear and may have been somebody else's. RFC 3207 §4.2.
        await ForgetEnvelopeAsync();
        (_hello, _account, _strange) = (null, null, null);
        bool isUp = await wire.UpgradeToTlsAsync();
        if (!isUp)
            log.TlsFailed(peer);
        return isUp;
    }

    /// <summary>The order of commands, all in one place. Read this first. RFC 5321 §4.1.4.</summary>
    private static Needs NeedsOf(SmtpCommand command) =>
        command switch
        {
            SmtpCommand.StartTls => Needs.Hello | Needs.NoTls,
            SmtpCommand.Auth => Needs.Hello | Needs.NoAccount | Needs.NoEnvelope,
            SmtpCommand.Mail => Needs.Hello | Needs.NoEnvelope | Needs.Account,
            SmtpCommand.Rcpt => Needs.Hello | Needs.Envelope | Needs.NoChunks,
            SmtpCommand.Data => Needs.Hello | Needs.Envelope | Needs.NoChunks | Needs.Recipient,
            SmtpCommand.Bdat => Needs.Hello | Needs.Envelope | Needs.Recipient,
            _ => Needs.Nothing,
        };

    private SmtpReply? WhatIsMissing(Needs needs)
    {
        if (needs.HasFlag(Needs.Hello) && _hello is null)
            return Replies.HelloFirst;
        if (needs.HasFlag(Needs.NoTls) && wire.Tls is not null)
            return Replies.NoTlsTwice;
        if (needs.HasFlag(Needs.NoAccount) && _account is not null)
            return Replies.AlreadySignedIn;
        if (needs.HasFlag(Needs.Account) && _account is null && peer.IsSubmission)
            return Replies.SignInFirst;
        if (needs.HasFlag(Needs.NoEnvelope) && _envelope is not null)
            return needs.HasFlag(Needs.NoAccount) ? Replies.NotWithinMail : Replies.NestedMail;
        if (needs.HasFlag(Needs.Envelope) && _envelope is null)
            return Replies.MailFirst;
        if (needs.HasFlag(Needs.NoChunks) && _chunks is not null)
            return Replies.ChunksUnderWay;
        if (needs.HasFlag(Needs.Recipient) && _envelope!.Recipients.Count == 0)
            return Replies.RecipientFirst;
        return null;
    }

    private async ValueTask<SmtpReply> AnswerInOrderAsync(SmtpCommand command, CancellationToken stopping)
    {
        if (WhatIsMissing(NeedsOf(command)) is not { } missing)
            return await AnswerAsync(command, stopping);
        // The octets of a chunk follow their command whatever we think of it. RFC 3030 §2.
        return command is SmtpCommand.Bdat refused ? await SkipChunkAsync(refused, missing) : missing;
    }

    private async ValueTask<SmtpReply> AnswerAsync(SmtpCommand command, CancellationToken stopping) =>
        command switch
        {
            SmtpCommand.Ehlo ehlo => await EhloAsync(ehlo.Client, stopping),
            SmtpCommand.Helo helo => await HeloAsync(helo.Client),
            SmtpCommand.StartTls => Replies.ReadyForTls,
            SmtpCommand.Auth auth => await AuthAsync(auth, stopping),
            SmtpCommand.Mail mail => await MailAsync(mail, stopping),
            SmtpCommand.Rcpt rcpt => Rcpt(rcpt),
            SmtpCommand.Data => await DataAsync(),
            SmtpCommand.Bdat bdat => await BdatAsync(bdat),
            SmtpCommand.Rset => await RsetAsync(),
            SmtpCommand.Noop => Replies.Ok,
            SmtpCommand.Vrfy => Replies.CannotVerify,
            SmtpCommand.Expn => Replies.NoLists,
            SmtpCommand.Help => Replies.Help,
            SmtpCommand.Quit => Replies.Goodbye(settings.HostName),
            SmtpCommand.Refused refused => refused.Reply,
            SmtpCommand.Ended { Reason: WireEnd.Stopping } => Replies.Stopping(settings.HostName),
            SmtpCommand.Ended { Reason: WireEnd.Evicted } => Replies.MakeRoom,
            SmtpCommand.Ended { Reason: WireEnd.SignedOut } => Replies.SignedOut,
            _ => Replies.TimedOut,
        };

    private async ValueTask<SmtpReply> EhloAsync(string client, CancellationToken stopping)
    {
        await ForgetEnvelopeAsync();
        _hello = new Hello(client, IsExtended: true);
        return new SmtpReply(250, "", await ExtensionsAsync(stopping));
    }

    private async ValueTask<SmtpReply> HeloAsync(string client)
    {
        await ForgetEnvelopeAsync();
        _hello = new Hello(client, IsExtended: false);
        return new SmtpReply(250, "", settings.HostName);
    }

    private async ValueTask<IReadOnlyList<string>> ExtensionsAsync(CancellationToken stopping)
    {
        List<string> lines =
        [
            $"{settings.HostName} greets {ReceivedField.Literal(peer.Address)}",
            "PIPELINING",
            MaxMessageSize > 0 ? $"SIZE {MaxMessageSize}" : "SIZE",
            "8BITMIME",
            "SMTPUTF8",
            "ENHANCEDSTATUSCODES",
            "CHUNKING",
            "DSN",
            LimitsLine(),
        ];
        // In clear nobody could keep the promise. RFC 8689 §2.
        lines.Add(wire.Tls is null ? "STARTTLS" : "REQUIRETLS");
        if (MayAuthenticate)
            lines.Add("AUTH " + string.Join(' ', SaslMechanisms.Offered(await SaslOptionsAsync(stopping))));
        return lines;
    }

    private async ValueTask<SmtpReply> MailAsync(SmtpCommand.Mail mail, CancellationToken stopping)
    {
        // Connections are kept for hours: what the operator has done to the account since AUTH holds for the next message.
        if (_account is { } signedIn && (_account = await accounts.FindAgainAsync(signedIn, stopping)) is null)
            return Replies.CredentialGone(signedIn.By);
        if (await StoppedAsync(stopping) is { } stopped)
            return await RefuseAtPaceAsync(_account, mail.Sender, stopped);

        if (mail.Parameters.RequireTls && wire.Tls is null)
            return Replies.RequireTlsNeedsTls;
        if (RefusedSender(mail.Sender) is { } notTheirs)
            return notTheirs;
        if (_account is { } account && await ExhaustedAsync(account, mail.Sender) is { } reached)
            return await OverLimitAsync(account, mail.Sender, reached);
        if (MaxMessageSize > 0 && mail.Parameters.Size > MaxMessageSize)
            return Replies.TooLarge(MaxMessageSize);
        // Before the message is sent for nothing. RFC 5321 §4.2.3: 452 is "insufficient system storage".
        if (spool.Refusal is { } closed)
            return Closed(mail, closed);

        _envelope = new Envelope(mail.Sender, mail.Parameters);
        return Replies.SenderOk;
    }

    /// <summary>
    /// What a suspension has us say. At MAIL and at the end of a message, never in AUTH: there a Synchronet node takes a 4xx for a lost
    /// connection and keeps the message in transit for ever, and a 5xx for a reason to return its whole queue.
    /// </summary>
    private async ValueTask<SmtpReply?> StoppedAsync(CancellationToken stopping)
    {
        if (_account?.Suspension is { } own)
            return Replies.Suspended($"Account {_account.Id}", own, settings.HostName);
        return await accounts.FindRelayingSuspensionAsync(stopping) is { } all
            ? Replies.Suspended("Relaying", all, settings.HostName)
            : null;
    }

    /// <summary>The null sender is for reports, which have one recipient each. RFC 5321 §4.5.5.</summary>
    private SmtpReply? RefusedSender(MailAddress? sender)
    {
        if (_account is null || sender is null || SenderRules.Refusal(_account, sender, settings.HostName) is not { } why)
            return null;
        SmtpReply reply = Replies.NotTheirAddress(why);
        log.Refused(peer, sender, _account.Id.Text, reply);
        return reply;
    }

    private SmtpReply Closed(SmtpCommand.Mail mail, string reason)
    {
        SmtpReply reply = Replies.StoreFailure(reason);
        log.Refused(peer, mail.Sender, _account?.Id.Text, reply);
        return reply;
    }

    private SmtpReply Rcpt(SmtpCommand.Rcpt rcpt)
    {
        if (_envelope!.Recipients.Count >= RecipientLimit || _envelope.IsFull)
            return Replies.TooManyRecipients;
        if (_account is not null && _envelope is { Sender: null, Recipients.Count: > 0 })
            return Replies.ReportsHaveOneRecipient;
        if (rcpt.Recipient.NeedsSmtpUtf8 && !_envelope.Parameters.SmtpUtf8)
            return Replies.NeedsSmtpUtf8(rcpt.Recipient);

        if (_envelope.Sender is null && rewritten?.Read(rcpt.Recipient, peer.Address) is { } returned)
            return Returned(rcpt, returned);

        RelayVerdict verdict = policy.Decide(peer.Address, peer.Listener, _account is not null, rcpt.Recipient);
        if (verdict is not RelayVerdict.Allowed allowed)
        {
            log.RelayRefused(peer, _envelope.Sender, rcpt.Recipient);
            return verdict is RelayVerdict.NeedsSignIn
                ? Replies.RelayNeedsSignIn(rcpt.Recipient)
                : Replies.RelayRefused(rcpt.Recipient);
        }

        if (allowed.Recipient.NeedsSmtpUtf8 && !_envelope.Parameters.SmtpUtf8)
            return Replies.NeedsSmtpUtf8(allowed.Recipient);
        if (allowed.Recipient.Domain.Length == 0)
            return Replies.UnknownLocal(rcpt.Recipient);
        if (allowed.Recipient.Domain[0] == '[')
            return Replies.NoLiteral;

        if (KeptIn(allowed.Recipient) is { } kept)
            return kept;

        _envelope.IsForAbuse |= complaints?.IsFor(rcpt.Recipient) == true;
        _envelope.Add(new EnvelopeRecipient(allowed.Recipient, Notice(rcpt, allowed.Recipient)));
        return Replies.RecipientOk;
    }

    /// <summary>A report about mail whose sender we have rewritten: it goes on to whom that was.</summary>
    private SmtpReply Returned(SmtpCommand.Rcpt rcpt, ReturnVerdict verdict)
    {
        if (verdict is ReturnVerdict.Refused { Reply: var refused })
        {
            log.Refused(peer, sender: null, _account?.Id.Text, refused);
            return refused;
        }

        MailAddress original = ((ReturnVerdict.Allowed)verdict).Sender;
        if (original.NeedsSmtpUtf8 && !_envelope!.Parameters.SmtpUtf8)
            return Replies.NeedsSmtpUtf8(original);
        if (KeptIn(original) is { } kept)
            return kept;
        _envelope!.Add(new EnvelopeRecipient(original, Notice(rcpt, original)));
        return Replies.RecipientOk;
    }

    /// <summary>Sent in vain, it would only come back: whoever sends it learns now that it must not leave.</summary>
    private SmtpReply? KeptIn(MailAddress recipient)
    {
        if (policy.RuleThatKeepsIn(_envelope!.Sender, _account?.Id.Text, recipient) is not { } rule)
            return null;
        SmtpReply reply = Replies.MustNotLeave(recipient, rule);
        log.Refused(peer, _envelope.Sender, _account?.Id.Text, reply);
        return reply;
    }

    /// <summary>Where an alias leads elsewhere, the address that the sender wrote is the one he must find in a report. RFC 3461 §5.2.7.</summary>
    private static RecipientNotice Notice(SmtpCommand.Rcpt rcpt, MailAddress final) =>
        final.Equals(rcpt.Recipient) || rcpt.Parameters.Dsn.OriginalRecipient is not null
            ? rcpt.Parameters.Dsn
            : rcpt.Parameters.Dsn with
            {
                OriginalRecipient = OriginalRecipient.Of(rcpt.Recipient),
            };

    private async ValueTask<SmtpReply> RsetAsync()
    {
        await ForgetEnvelopeAsync();
        return Replies.Ok;
    }

    private async ValueTask ForgetEnvelopeAsync()
    {
        _envelope = null;
        if (_chunks is null)
            return;
        await _chunks.DisposeAsync();
        _chunks = null;
    }

    /// <summary>
    /// Ends a session that only makes mistakes, and one that only holds its place. A refused recipient is the sender's mistake, not the
    /// program's: the good ones behind it must still be reached.
    /// </summary>
    private bool IsOneTooMany(SmtpCommand command, SmtpReply reply)
    {
        if (reply.After == AfterReply.Close)
            return false;
        if (reply.IsPositive && command is (SmtpCommand.Data or SmtpCommand.Bdat { Last: true }))
            _idle = 0;
        bool isRefusal = reply.Code >= 500;
        bool isIdle = command switch
        {
            SmtpCommand.Noop or SmtpCommand.Rset or SmtpCommand.Vrfy or SmtpCommand.Help => true,
            SmtpCommand.Ehlo or SmtpCommand.Helo => true,
            SmtpCommand.Bdat { Size: 0, Last: false } => true,
            SmtpCommand.Rcpt => isRefusal,
            _ => false,
        };
        return isIdle ? ++_idle > MaxIdle : isRefusal && ++_errors >= MaxErrors;
    }

    private sealed record Hello(string Client, bool IsExtended);

    private sealed class Envelope(MailAddress? sender, MailParameters parameters)
    {
        /// <summary>
        /// Characters of addresses and ORCPT together: ten thousand recipients of the usual kind, and all that a session's envelope may hold
        /// of memory. More is for another message, as with too many.
        /// </summary>
        private const int MaxCharacters = 1024 * 1024;

        private readonly List<EnvelopeRecipient> _recipients = [];
        private HashSet<MailAddress>? _known; // since the second recipient
        private int _characters;

        public MailAddress? Sender => sender;

        public MailParameters Parameters => parameters;

        public IReadOnlyList<EnvelopeRecipient> Recipients => _recipients;

        /// <summary>A report of spam may be in it.</summary>
        public bool IsForAbuse { get; set; }

        public bool IsFull => _characters >= MaxCharacters;

        /// <summary>Said twice is meant once: the recipient would get two copies.</summary>
        public void Add(EnvelopeRecipient recipient)
        {
            if (_recipients.Count > 0)
                _known ??= [_recipients[0].Address];
            if (_known?.Add(recipient.Address) == false)
                return;
            _recipients.Add(recipient);
            _characters += LengthOf(recipient);
        }

        private static int LengthOf(EnvelopeRecipient recipient) =>
            recipient.Address.LocalPart.Length
            + recipient.Address.Domain.Length
            + (recipient.Dsn.OriginalRecipient?.Address.Length ?? 0);
    }

    [Flags]
    private enum Needs
    {
        Nothing = 0,
        Hello = 1,
        NoTls = 2,
        Account = 4,
        NoAccount = 8,
        Envelope = 16,
        NoEnvelope = 32,
        Recipient = 64,
        NoChunks = 128,
    }
}
