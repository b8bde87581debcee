using Packetboat.Protocol;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// Settles an attempt: what becomes of each recipient, what is filed, who is told. All of it is one transaction of the store, a report to
/// the sender included, so that no crash loses a bounce.
/// </summary>
internal sealed class Settlement(
    IQueueStore store,
    Reporter reporter,
    Func<RetryLimits> limits,
    Func<ReplyTable> replies,
    MailLog log,
    TimeProvider time,
    Func<string, int, DateTimeOffset, ValueTask>? hardBounced = null,
    IDetour? detour = null,
    IRouter? router = null
)
{
    private const int MaxReply = 1000;

    /// <returns>When the first of those that have to be tried again is; null when there is none.</returns>
    public async ValueTask<DateTimeOffset?> SettleAsync(Attempt attempt, CancellationToken stopping)
    {
        DateTimeOffset now = time.GetUtcNow();
        var results = new List<RecipientResult>(attempt.Recipients.Count);
        var reported = new List<ReportedRecipient>();
        foreach (RecipientAttempt recipient in attempt.Recipients)
            Settle(attempt, recipient, now, results, reported);
        await FileAsync(attempt.Item, now, results, reported, stopping);
        // The operator's own bounces say nothing about the account.
        int refused = Refused(attempt, results);
        if (refused > 0 && hardBounced is not null && attempt.Item.Message.Account is { } account)
            await hardBounced(account, refused, attempt.Item.Message.Accepted);
        return results.Where(result => result.State == RecipientState.Waiting).Min(result => (DateTimeOffset?)result.Due);
    }

    /// <summary>Why nothing leaves by a route. What a relay said tells more than what we made of it.</summary>
    public Cause CauseOf(RouteHealth health) =>
        health switch
        {
            RouteHealth.Down down => replies().Classify(down.Outcome),
            RouteHealth.Parked { Outcome: var outcome } parked => replies().Classify(outcome) is { IsKnown: true } cause
                ? cause
                : replies().Classify(new RemoteOutcome(DeliveryReplies.NotTried(parked.Reason), FromPeer: false, outcome.Host)),
            _ => Cause.None,
        };

    /// <summary>Puts an item back that was not tried: it costs no attempt.</summary>
    public ValueTask PostponeAsync(DeliveryItem item, DateTimeOffset until, string reason, Cause cause) =>
        PutBackAsync(item, until, reason, cause, countsAttempt: false);

    /// <summary>Puts an item back after a fault of ours. It counts, so that the pauses grow, but says nothing that could bounce it.</summary>
    public ValueTask PutBackAsync(DeliveryItem item, DateTimeOffset until, string reason) =>
        PutBackAsync(item, until, reason, Cause.None, countsAttempt: true);

    private ValueTask PutBackAsync(DeliveryItem item, DateTimeOffset until, string reason, Cause cause, bool countsAttempt)
    {
        string words = PrintableText.Of($"not tried: {reason}", MaxReply);
        RecipientResult[] results =
        [
            .. item.Recipients.Select(to => new RecipientResult(
                to.Number,
                RecipientState.Waiting,
                until,
                countsAttempt ? to.Attempts : Math.Max(0, to.Attempts - 1),
                "",
                "",
                words,
                TraceKind.Postponed
            )
            {
                Cause = cause,
                WaitsForRoute = !countsAttempt,
                // After a fault of ours nobody knows how far it came.
                Binding = countsAttempt ? null : to.Binding,
            }),
        ];
        return store.RecordAsync(item.Message.Number, time.GetUtcNow(), results, report: null);
    }

    /// <summary>Puts a recipient back who leaves by another route by now. Nothing was tried.</summary>
    public ValueTask MoveAsync(QueuedMessage message, QueuedRecipient to, Route route, string why)
    {
        DateTimeOffset now = time.GetUtcNow();
        var result = new RecipientResult(
            to.Number,
            RecipientState.Waiting,
            now,
            Math.Max(0, to.Attempts - 1),
            "",
            "",
            PrintableText.Of($"by {route.Name}: {why}", MaxReply),
            TraceKind.Rerouted
        )
        {
            Route = route.Name,
        };
        return MoveAsync(message, to, result, now);
    }

    /// <summary>Puts a recipient back who leaves by another route after nothing of him could be sent by this one.</summary>
    public ValueTask MoveAsync(Attempt attempt, RecipientAttempt outcome, Route route, string why)
    {
        DateTimeOffset now = time.GetUtcNow();
        RecipientResult result = Rerouted(attempt, outcome, CauseOf(attempt, outcome), route, why, now);
        return MoveAsync(attempt.Item.Message, outcome.Recipient, result, now);
    }

    private async ValueTask MoveAsync(QueuedMessage message, QueuedRecipient to, RecipientResult result, DateTimeOffset now)
    {
        await store.RecordAsync(message.Number, now, [result], report: null);
        log.Outcome(message.Id, to.Address.ToString(), result);
    }

    /// <summary>Does to an item what a suspension wants done. It costs no attempt.</summary>
    public ValueTask StopAsync(DeliveryItem item, StopOrder order, CancellationToken stopping)
    {
        if (order.Action == QueuedMail.Bounce)
            return BounceAsync(item, order.Why, stopping);
        bool isDrop = order.Action == QueuedMail.Drop;
        DateTimeOffset now = time.GetUtcNow();
        RecipientResult[] results =
        [
            .. item.Recipients.Select(to => new RecipientResult(
                to.Number,
                isDrop ? RecipientState.Dropped : RecipientState.Held,
                now,
                Math.Max(0, to.Attempts - 1),
                "",
                "",
                order.Why,
                isDrop ? TraceKind.Dropped : TraceKind.Held
            )),
        ];
        return store.RecordAsync(item.Message.Number, now, results, report: null);
    }

    /// <summary>Returns what the operator wants returned, with his words.</summary>
    public async ValueTask BounceAsync(DeliveryItem item, string why, CancellationToken stopping)
    {
        var reply = new SmtpReply(554, "5.0.0", why);
        RecipientAttempt[] refused =
        [
            .. item.Recipients.Select(to => new RecipientAttempt(to, SmtpVerdict.Permanent, reply, FromPeer: false)
            {
                IsReturned = true,
                Cause = Cause.None,
            }),
        ];
        await SettleAsync(new Attempt(item, refused, new RouteHealth.Open(), "", "", PeerReports: false), stopping);
    }

    private void Settle(
        Attempt attempt,
        RecipientAttempt outcome,
        DateTimeOffset now,
        List<RecipientResult> results,
        List<ReportedRecipient> reported
    )
    {
        QueuedMessage message = attempt.Item.Message;
        QueuedRecipient to = outcome.Recipient;
        Cause cause = CauseOf(attempt, outcome);
        if (detour?.After(attempt, outcome, cause) is { } around && router?.RelayOf(message, to.Address) is { } relay)
        {
            results.Add(Rerouted(attempt, outcome, cause, relay, around, now) with { Binding = Binding.Relays });
            return;
        }

        if (outcome.Verdict == SmtpVerdict.Accepted)
            detour?.Delivered(attempt, outcome);
        RetryVerdict verdict = RetrySchedule.Decide(
            outcome.Verdict,
            to.Attempts,
            message.Accepted,
            now,
            Random.Shared.NextDouble(),
            limits()
        );
        (RecipientState state, TraceKind kind, DateTimeOffset due) = verdict switch
        {
            RetryVerdict.Done => (RecipientState.Delivered, TraceKind.Delivered, now),
            RetryVerdict.RetryAt at => (RecipientState.Waiting, TraceKind.Deferred, at.Time),
            _ => (RecipientState.Bounced, CanReport(message, to) ? TraceKind.Bounced : TraceKind.Discarded, now),
        };
        string why = (verdict as RetryVerdict.Bounce)?.Why ?? "";
        string words = why.Length == 0 ? outcome.Reply.ToString() : $"{outcome.Reply} ({why})";
        results.Add(
            new RecipientResult(
                to.Number,
                state,
                due,
                to.Attempts,
                PrintableText.Of(attempt.Host, 300),
                PrintableText.Of(attempt.Security, 300),
                PrintableText.Of(words, MaxReply),
                kind
            )
            {
                Cause = cause,
                // RFC 5321 §4.5.4.1: what a server said of him or of the message is no matter of the route, and it would hear him again at once.
                WaitsForRoute = verdict is RetryVerdict.RetryAt && attempt.Health is not RouteHealth.Open,
                Binding = outcome.Verdict == SmtpVerdict.Unknown ? Binding.Route : to.Binding,
            }
        );
        if (ReportOf(attempt, outcome, verdict, cause, now) is { } report)
            reported.Add(report);
    }

    /// <summary>Results are in the order of the recipients.</summary>
    private static int Refused(Attempt attempt, List<RecipientResult> results)
    {
        int refused = 0;
        for (int i = 0; i < results.Count; i++)
            if (
                attempt.Recipients[i] is { Verdict: SmtpVerdict.Permanent, IsReturned: false }
                && results[i].Event != TraceKind.Rerouted
            )
                refused++;
        return refused;
    }

    /// <summary>No copy has arrived, and another way may have more success.</summary>
    private static RecipientResult Rerouted(
        Attempt attempt,
        RecipientAttempt outcome,
        Cause cause,
        Route route,
        string why,
        DateTimeOffset now
    ) =>
        new(
            outcome.Recipient.Number,
            RecipientState.Waiting,
            now,
            outcome.Recipient.Attempts,
            PrintableText.Of(attempt.Host, 300),
            PrintableText.Of(attempt.Security, 300),
            // Not the reply in front: a notice of delay would quote all of it as the words of the server that has the mail now.
            PrintableText.Of($"sent again by {route.Name}: {why}: {outcome.Reply}", MaxReply),
            TraceKind.Rerouted
        )
        {
            Cause = cause,
            Route = route.Name,
        };

    private Cause CauseOf(Attempt attempt, RecipientAttempt outcome) =>
        outcome.Verdict == SmtpVerdict.Accepted
            ? Cause.None
            : outcome.Cause ?? replies().Classify(new RemoteOutcome(outcome.Reply, outcome.FromPeer, attempt.Host));

    private static bool CanReport(QueuedMessage message, QueuedRecipient to) => message.Sender is not null && to.Dsn.WantsFailure;

    /// <summary>What the sender is told about a recipient; null where he does not want to know. RFC 3461 §4.1, §5.2.</summary>
    private static ReportedRecipient? ReportOf(
        Attempt attempt,
        RecipientAttempt outcome,
        RetryVerdict verdict,
        Cause cause,
        DateTimeOffset now
    )
    {
        QueuedRecipient to = outcome.Recipient;
        (DsnAction Action, Func<ReportWords, IReadOnlyList<string>> Explain)? say = verdict switch
        {
            RetryVerdict.Done when to.Dsn.Notify.HasFlag(DsnNotify.Success) && !attempt.PeerReports => (
                DsnAction.Relayed,
                words => words.Relayed()
            ),
            RetryVerdict.Bounce bounce when to.Dsn.WantsFailure => (
                DsnAction.Failed,
                words => Explain(words, bounce, outcome, cause)
            ),
            _ => null,
        };
        return say is not { } told
            ? null
            : new ReportedRecipient(
                new DsnRecipient
                {
                    Address = to.Address,
                    Original = to.Dsn.OriginalRecipient,
                    Action = told.Action,
                    Status = Status(told.Action, outcome.Reply),
                    Reply = outcome.FromPeer ? outcome.Reply : null,
                    RemoteHost = outcome.FromPeer ? HostName(attempt.Host) : null,
                    LastAttempt = now,
                },
                told.Explain
            );
    }

    private static IReadOnlyList<string> Explain(
        ReportWords words,
        RetryVerdict.Bounce bounce,
        RecipientAttempt outcome,
        Cause cause
    )
    {
        if (outcome.IsReturned)
            return words.Returned(outcome.Reply.Text);
        string ownWords = outcome.FromPeer ? "" : outcome.Reply.Text;
        return words.Failed(cause, outcome.Recipient.Address.Domain, ownWords, bounce.Why.Length > 0);
    }

    private static EnhancedStatus Status(DsnAction action, SmtpReply reply)
    {
        if (action == DsnAction.Relayed)
            return new EnhancedStatus(2, 0, 0);
        bool isKnown = EnhancedStatus.TryParse(reply.Enhanced, out EnhancedStatus status, out _);
        int wanted = action == DsnAction.Failed ? 5 : 4;
        // Patience that ran out makes a temporary code permanent: 4.4.1 becomes 5.4.1.
        return isKnown ? status with { Class = wanted } : new EnhancedStatus(wanted, 0, 0);
    }

    private static string HostName(string host)
    {
        int blank = host.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0 ? host : host[..blank];
    }

    private async ValueTask FileAsync(
        DeliveryItem item,
        DateTimeOffset now,
        List<RecipientResult> results,
        List<ReportedRecipient> reported,
        CancellationToken stopping
    )
    {
        (NewMessage Message, IReservation Reservation)? report = await reporter.ReportAsync(item, reported, stopping);
        try
        {
            await store.RecordAsync(item.Message.Number, now, results, report?.Message);
        }
        catch
        {
            report?.Reservation.Cancel();
            throw;
        }

        report?.Reservation.Start();
        foreach (RecipientResult result in results)
            log.Outcome(item.Message.Id, item.Recipients.First(to => to.Number == result.Recipient).Address.ToString(), result);
        if (report is { } queued)
            log.Reported(item.Message.Id, queued.Message.Message.Id, item.Message.Sender!);
    }
}
