using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.SmtpServer;

/// <summary>How much an account may send. The rules are in <see cref="AccountLimits"/>; here they are said.</summary>
public sealed partial class SmtpServerSession
{
    /// <summary>The greatest value that LIMITS has digits for. RFC 9422 §4.</summary>
    private const long MostInLimits = 999_999;

    /// <summary>Of the account, once it has signed in. Given back by LIMITS, RFC 9422, to whom asks with EHLO again.</summary>
    private int RecipientLimit => (int)Smaller(OwnLimits?[AccountLimit.RecipientsPerMessage].Value ?? 0, settings.RecipientLimit);

    /// <summary>Octets; 0: no limit. What is only held beyond the account's limit must come in first.</summary>
    private long MaxMessageSize =>
        OwnLimits?[AccountLimit.BytesPerMessage] is { Action: LimitAction.Refuse, Value: var own }
            ? Smaller(own, settings.MaxMessageSize)
            : settings.MaxMessageSize;

    private AccountLimits? OwnLimits => _account is { } account ? usage?.LimitsOf(account.Id) : null;

    /// <summary>
    /// RFC 9422. MAILMAX is what the account has left: whoever opens another session is told what is left then. There is no word for domains:
    /// they are not limited.
    /// </summary>
    private string LimitsLine()
    {
        string line = $"LIMITS RCPTMAX={RecipientLimit}";
        return _account is { } account && usage?.MessagesLeft(account.Id) is > 0 and var left
            ? $"{line} MAILMAX={Math.Min(left, MostInLimits)}"
            : line;
    }

    /// <summary>What refuses whatever the account sends: before the message comes for nothing.</summary>
    private async ValueTask<LimitReached?> ExhaustedAsync(AuthenticatedAccount account, MailAddress? sender)
    {
        if (usage is null)
            return null;
        // The day may be over, or the operator may have let the account go on.
        if (_strange is not null)
            _strange = await usage.SignedInAsync(account.Id, peer.Address);
        return _strange is { Rule.Stops: true } ? _strange : usage.Exhausted(account.Id, isReport: sender is null);
    }

    /// <summary>Counts the message in hand. What is refused has no reservation.</summary>
    private LimitReached? Reserve(Envelope envelope, long size, out UsageReservation? counted)
    {
        counted = null;
        if (_account is not { } account || usage is null)
            return null;
        var mail = new OutgoingMail(
            [.. envelope.Recipients.Select(to => to.Address)],
            IsReport: envelope.Sender is null,
            size,
            _strange
        );
        return usage.TryReserve(account.Id, mail, out counted);
    }

    private ValueTask<SmtpReply> OverLimitAsync(AuthenticatedAccount account, MailAddress? sender, LimitReached reached) =>
        RefuseAtPaceAsync(
            account,
            sender,
            reached.Limit == AccountLimit.BytesPerMessage
                ? Replies.TooLarge(reached.Rule.Value)
                : Replies.OverLimit(account.Id.Text, reached)
        );

    /// <summary>Says no to an account that has been stopped, as fast as the other accounts can bear it. It may go on trying for hours.</summary>
    private async ValueTask<SmtpReply> RefuseAtPaceAsync(AuthenticatedAccount? account, MailAddress? sender, SmtpReply reply)
    {
        log.Refused(peer, sender, account?.Id.Text, reply);
        if (account is not null && usage is not null)
            await wire.PauseAsync(usage.Refused(account.Id));
        return reply;
    }

    private static long Smaller(long own, long all) =>
        own == 0 ? all
        : all == 0 ? own
        : Math.Min(own, all);
}
