using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// Tells senders that their mail still waits: first after <c>DelayNotice</c>, then each <c>DelayNoticeRepeat</c>. It goes by the store, not by
/// attempts: behind a relay that is down or parked nothing is tried, and nobody would say a word. RFC 3461 §4.1, RFC 5321 §4.5.4.1.
/// </summary>
public sealed class DelayNotices : PeriodicService
{
    /// <summary>Messages that are looked at in one step.</summary>
    private const int Step = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Between two steps, for those who wait for the store meanwhile.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private readonly IQueueStore _store;
    private readonly Reporter _reporter;
    private readonly Func<DelaySettings> _settings;
    private readonly Func<ReplyTable> _replies;

    internal DelayNotices(
        IQueueStore store,
        Reporter reporter,
        Func<DelaySettings> settings,
        Func<ReplyTable> replies,
        MailLog log,
        TimeProvider time
    )
        : base(Pause, log, time) => (_store, _reporter, _settings, _replies) = (store, reporter, settings, replies);

    /// <summary>Goes through all that waits, once.</summary>
    protected internal override async Task LookAsync(CancellationToken ct)
    {
        DelaySettings settings = _settings();
        if (settings.First <= TimeSpan.Zero)
            return;
        long after = 0;
        while (true)
        {
            DelayedPortion portion = await _store.FindDelayedAsync(
                after,
                Time.GetUtcNow(),
                settings.First,
                settings.Repeat,
                Step,
                ct
            );
            foreach (IGrouping<long, DelayedRecipient> message in portion.Delayed.GroupBy(one => one.Message.Number))
                await TryTellAsync([.. message], settings, ct);
            if (portion.Last is not { } last)
                return;
            after = last;
            await Task.Delay(Rest, Time, ct);
        }
    }

    /// <summary>What is wrong with one message must keep no other sender waiting.</summary>
    private async Task TryTellAsync(DelayedRecipient[] delayed, DelaySettings settings, CancellationToken stopping)
    {
        try
        {
            await TellAsync(delayed, settings, stopping);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            Log.NoticesFault(fault);
        }
    }

    private async Task TellAsync(DelayedRecipient[] delayed, DelaySettings settings, CancellationToken stopping)
    {
        QueuedMessage message = delayed[0].Message;
        DateTimeOffset now = Time.GetUtcNow();
        DateTimeOffset until = message.Accepted + settings.MaxAge;
        if (until <= now)
            return; // it goes back with the next look at it
        var item = new DeliveryItem(message, [.. delayed.Select(one => one.Recipient)], "", Content: null);
        ReportedRecipient[] told = [.. delayed.Select(one => Told(one, now, until))];
        if (await _reporter.ReportAsync(item, told, stopping) is not { } report)
            return;
        bool isFiled = false;
        try
        {
            // What was delivered or bounced since it was found is not told of: the store looks again, and then files nothing.
            DelayNotice[] notices = [.. delayed.Select(one => new DelayNotice(one.Recipient.Number, one.Notices, one.Owed))];
            isFiled = await _store.ReportDelayAsync(message.Number, now, notices, report.Message, stopping);
        }
        finally
        {
            if (isFiled)
                report.Reservation.Start();
            else
                report.Reservation.Cancel();
        }

        if (isFiled)
            Log.Reported(message.Id, report.Message.Message.Id, message.Sender!);
    }

    private ReportedRecipient Told(DelayedRecipient delayed, DateTimeOffset now, DateTimeOffset until)
    {
        QueuedRecipient to = delayed.Recipient;
        Cause cause = _replies().Recall(delayed.Class, delayed.Rule, delayed.Host);
        SmtpReply? reply = ReplyIn(delayed.LastReply);
        bool isOwn = _replies().IsOwn(delayed.Rule);
        SmtpReply? said = isOwn ? null : reply;
        // Why nothing was tried is the operator's business: it may name his account.
        string ownWords = isOwn && reply is { } ours ? ours.Text : "";
        var facts = new DsnRecipient
        {
            Address = to.Address,
            Original = to.Dsn.OriginalRecipient,
            Action = DsnAction.Delayed,
            Status = StatusOf(delayed.LastReply),
            Reply = said,
            RemoteHost = said is null || delayed.Host.Length == 0 ? null : delayed.Host.Split(' ')[0],
            WillRetryUntil = until,
        };
        DateTimeOffset? next = delayed.Due > now ? delayed.Due : null;
        return new ReportedRecipient(
            facts,
            words => words.Delayed(cause, to.Address.Domain, ownWords, said is not null, next, until)
        );
    }

    /// <summary>The reply in what was stored of it; null where it was none.</summary>
    private static SmtpReply? ReplyIn(string stored)
    {
        bool isReply =
            stored.Length >= 4
            && stored[0] is '4' or '5'
            && char.IsAsciiDigit(stored[1])
            && char.IsAsciiDigit(stored[2])
            && stored[3] == ' ';
        if (!isReply)
            return null;
        int code = ((stored[0] - '0') * 100) + ((stored[1] - '0') * 10) + (stored[2] - '0');
        string text = stored[4..];
        return EnhancedStatus.TryParse(text, out EnhancedStatus status, out int length)
            ? new SmtpReply(code, status.ToString(), text[length..].TrimStart(' '))
            : new SmtpReply(code, "", text);
    }

    private static EnhancedStatus StatusOf(string stored) =>
        ReplyIn(stored) is { } reply && EnhancedStatus.TryParse(reply.Enhanced, out EnhancedStatus status, out _)
            ? status with
            {
                Class = 4,
            }
            : new EnhancedStatus(4, 0, 0);
}

/// <param name="First">After acceptance; zero: never. <c>DelayNotice</c>.</param>
/// <param name="Repeat">After the one before; zero: there is one only. <c>DelayNoticeRepeat</c>.</param>
/// <param name="MaxAge">When it goes back. <c>MaxAge</c>.</param>
internal sealed record DelaySettings(TimeSpan First, TimeSpan Repeat, TimeSpan MaxAge);
