using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Shaping;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// Carries one item after another over one connection, which it opens when there is something to carry and keeps as long as the peer
/// does. Used by one worker at a time.
/// </summary>
internal sealed class Courier(
    Route route,
    IConnector connector,
    IQueueStore store,
    TimeProvider time,
    IStopList? stops = null,
    Shaper? shaper = null,
    Func<ReplyTable>? replies = null
) : IAsyncDisposable
{
    public Route Route => route;

    public bool IsOpen => _open is not null;

    /// <summary>A peer's memory of us is not to grow for ever.</summary>
    private const int MaxTransactions = 1000;

    /// <summary>A connection that was quiet this long is asked whether it is alive before a message is risked on it.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);

    private Connection.Ready? _open;
    private long _lastUse;
    private bool _knowsChunksFail; // although the peer offers to take them

    public async ValueTask<Attempt> DeliverAsync(DeliveryItem item, CancellationToken stopping)
    {
        bool isFresh = await EnsureFreshAsync(item.Message.Sender, stopping);
        if (_open is null && await connector.ConnectAsync(route, item.Message.Sender, stopping) is var connection)
        {
            if (connection is not Connection.Ready ready)
                return WithoutConnection(item, connection);
            (_open, isFresh, _lastUse) = (ready, true, time.GetTimestamp());
            ready.Session.MayChunk = !_knowsChunksFail;
            // To connect takes minutes where a host is silent: the account may have been stopped meanwhile.
            if (stops is not null && await stops.FindAsync(item.Message, stopping) is not null)
                return Attempt.Stopped(item);
        }

        if (_open?.Pace is { } pace && await pace.PlaceAsync(stopping) is { } later)
            return WithoutConnection(item, new Connection.Paced(later.Until, later.Reason));
        WarmUpRamp? warmUp = _open?.WarmUp;
        if (warmUp?.Take(item.Recipients.Count) is { } tomorrow)
            return WithoutConnection(item, new Connection.Paced(tomorrow.Until, tomorrow.Reason));
        bool knewChunksFail = _knowsChunksFail;
        PacedConnection? paced = _open?.Pace;
        Attempt attempt = await (route.MayMove ? BindAndSendAsync(item, stopping) : SendAsync(item, stopping));
        warmUp?.Return(item.Recipients.Count - attempt.Recipients.Count(MayHaveArrived));
        Tell(paced, attempt, isFresh);
        // A kept connection may have died without a word, or with the 421 of a peer tired of waiting. Nothing was said about the message, so
        // it is tried again at once, on a new one.
        bool mayRetry = !isFresh && _open is null && attempt.Recipients.All(SaysNothing);
        mayRetry |= !knewChunksFail && _knowsChunksFail && attempt.Recipients.All(one => one.Verdict == SmtpVerdict.Temporary);
        return mayRetry ? await DeliverAsync(item, stopping) : attempt;
    }

    /// <summary>While nothing is there to carry: another route may need the place that the connection has at the provider.</summary>
    /// <param name="wanted">Called once at most, from another thread: the connection is to be closed.</param>
    public void Rest(Action wanted) => _open?.Pace?.Rest(wanted);

    public void Resume() => _open?.Pace?.Resume();

    /// <summary>What the provider said shows whether we may send it more at a time, or less.</summary>
    private void Tell(PacedConnection? pace, Attempt attempt, bool isFresh)
    {
        if (pace is null || shaper is null)
            return;
        foreach (RecipientAttempt one in attempt.Recipients)
            if (shaper.Note(pace, new RemoteOutcome(one.Reply, one.FromPeer, attempt.Host), isFresh))
                return;

        foreach (RecipientAttempt one in attempt.Recipients)
            if (one.Verdict == SmtpVerdict.Accepted)
            {
                pace.Delivered();
                return;
            }
    }

    private static bool MayHaveArrived(RecipientAttempt attempt) =>
        attempt.Verdict is SmtpVerdict.Accepted or SmtpVerdict.Unknown;

    private static bool SaysNothing(RecipientAttempt attempt) =>
        attempt.Verdict == SmtpVerdict.Temporary && (!attempt.FromPeer || attempt.Reply.Code == 421);

    public async ValueTask DisposeAsync()
    {
        if (_open is not { } open)
            return;
        _open = null;
        using (open.Pace)
        await using (open.Session)
            await open.Session.QuitAsync(CancellationToken.None);
    }

    private async ValueTask<bool> EnsureFreshAsync(MailAddress? sender, CancellationToken stopping)
    {
        if (_open is not { } open)
            return true;
        bool isWorn = !open.Session.IsUsable || open.Session.Transactions >= (open.Pace?.Most ?? MaxTransactions);
        bool isQuiet = time.GetElapsedTime(_lastUse) > Quiet;
        bool suits = open.Suits is null || await open.Suits(sender, stopping);
        if (suits && !isWorn && (!isQuiet || await IsAliveAsync(open.Session, stopping)))
            return false;
        await DisposeAsync();
        return true;
    }

    private static async ValueTask<bool> IsAliveAsync(SmtpClientSession session, CancellationToken stopping)
    {
        try
        {
            return (await session.ResetAsync(stopping)).IsAccepted && session.IsUsable;
        }
        catch (SmtpProtocolException)
        {
            return false;
        }
    }

    /// <summary>Before a copy may arrive the store knows by which way: whatever happens then, it does not leave by another.</summary>
    private async ValueTask<Attempt> BindAndSendAsync(DeliveryItem item, CancellationToken stopping)
    {
        await store.BindAsync(item.Message.Number, [.. item.Recipients.Select(to => to.Number)], stopping);
        return await SendAsync(item, stopping);
    }

    private async ValueTask<Attempt> SendAsync(DeliveryItem item, CancellationToken stopping)
    {
        Connection.Ready open = _open!;
        bool peerReports = open.Session.Extensions.Dsn;
        var recipients = new List<RecipientAttempt>(item.Recipients.Count);
        RouteHealth health = new RouteHealth.Open();
        try
        {
            int limit = open.Session.Extensions.RecipientLimit ?? 100;
            foreach (QueuedRecipient[] part in item.Recipients.Chunk(limit))
            {
                TransactionOutcome outcome = await open.Session.SendAsync(
                    Transaction(item.Message, part, open.MayRequireTls),
                    new StoredContent(item, store),
                    stopping
                );
                recipients.AddRange(part.Zip(outcome.Recipients, Judged));
                health = HealthOf(outcome, health);
                _knowsChunksFail |= open.Session.ChunksRefused;
                if (!outcome.ConnectionSurvives)
                    break;
            }
        }
        catch (SmtpProtocolException broken)
        {
            recipients.AddRange(Remaining(item, recipients, SmtpVerdict.Temporary, DeliveryReplies.Broken(broken.Message)));
        }
        catch
        {
            await DropAsync();
            throw;
        }

        recipients.AddRange(
            Remaining(item, recipients, SmtpVerdict.Temporary, DeliveryReplies.Broken("the peer ended the session"))
        );
        if (!open.Session.IsUsable)
            await DropAsync();
        _lastUse = time.GetTimestamp();
        // What was taken before the relay turned against us was taken.
        if (health is RouteHealth.Parked)
            recipients.RemoveAll(recipient => recipient.Verdict is not (SmtpVerdict.Accepted or SmtpVerdict.Unknown));
        return new Attempt(item, recipients, health, open.Host, open.Security, peerReports) { Tried = route };
    }

    private async ValueTask DropAsync()
    {
        if (_open is not { } open)
            return;
        _open = null;
        using (open.Pace)
            await open.Session.DisposeAsync();
    }

    /// <summary>What a relay says about us is not said about the message.</summary>
    private RouteHealth HealthOf(TransactionOutcome outcome, RouteHealth sofar)
    {
        if (route is not Route.Relay || outcome.Recipients.Any(r => r.Outcome.IsAccepted))
            return sofar;
        ReplyTable known = replies?.Invoke() ?? ReplyTable.Shipped;
        string host = _open?.Host ?? "";
        RecipientOutcome? aboutUs = outcome.Recipients.FirstOrDefault(r => RelayRefusal.IsAboutUs(r.Outcome, host, known));
        return aboutUs is null
            ? sofar
            : new RouteHealth.Parked(
                $"the relay refuses us: {aboutUs.Outcome.Reply}",
                new RemoteOutcome(aboutUs.Outcome.Reply, aboutUs.Outcome.FromPeer, host)
            );
    }

    private static RecipientAttempt Judged(QueuedRecipient recipient, RecipientOutcome outcome) =>
        new(recipient, outcome.Outcome.Verdict, outcome.Outcome.Reply, outcome.Outcome.FromPeer);

    private static IEnumerable<RecipientAttempt> Remaining(
        DeliveryItem item,
        List<RecipientAttempt> sofar,
        SmtpVerdict verdict,
        SmtpReply reply
    ) =>
        [
            .. item
                .Recipients.Skip(sofar.Count)
                .Select(recipient => new RecipientAttempt(recipient, verdict, reply, FromPeer: false)),
        ];

    private Attempt WithoutConnection(DeliveryItem item, Connection connection)
    {
        (SmtpVerdict verdict, SmtpReply reply, bool fromPeer, string host, RouteHealth health) = connection switch
        {
            Connection.Impossible impossible => (SmtpVerdict.Permanent, impossible.Reply, false, "", new RouteHealth.Open()),
            Connection.Unreachable down => (
                SmtpVerdict.Temporary,
                down.Reply,
                down.FromPeer,
                down.Host,
                new RouteHealth.Down(
                    down.Host.Length == 0 ? down.Reply.Text : $"{down.Host}: {down.Reply}",
                    new RemoteOutcome(down.Reply, down.FromPeer, down.Host)
                )
            ),
            Connection.Paced later => (
                SmtpVerdict.Temporary,
                DeliveryReplies.NotTried(later.Reason),
                false,
                "",
                new RouteHealth.Paced(later.Until, later.Reason)
            ),
            Connection.Misconfigured us => (
                SmtpVerdict.Temporary,
                DeliveryReplies.NotTried(us.Reason),
                false,
                us.Host,
                (RouteHealth)
                    new RouteHealth.Parked(
                        us.Reason,
                        us.Refusal is { } refusal
                            ? new RemoteOutcome(refusal, FromPeer: true, us.Host)
                            : new RemoteOutcome(DeliveryReplies.NotTried(us.Reason), FromPeer: false, us.Host)
                    )
            ),
            _ => throw new InvalidOperationException("a new kind of connection"),
        };
        IReadOnlyList<RecipientAttempt> recipients = health is RouteHealth.Parked or RouteHealth.Paced
            ? []
            : [.. item.Recipients.Select(r => new RecipientAttempt(r, verdict, reply, fromPeer))];
        return new Attempt(item, recipients, health, host, "", PeerReports: false)
        {
            Tried = route,
            IsForgeable = connection is Connection.Unreachable { IsForgeable: true },
        };
    }

    private static SmtpTransaction Transaction(
        QueuedMessage message,
        IReadOnlyList<QueuedRecipient> recipients,
        bool mayRequireTls
    ) =>
        new()
        {
            Sender = message.Sender,
            Recipients = [.. recipients.Select(r => new SmtpRecipient(r.Address, r.Dsn.Notify, r.Dsn.OriginalRecipient))],
            Body = message.Body,
            SmtpUtf8 = message.SmtpUtf8,
            RequireTls = mayRequireTls && message.Tls == TlsWish.Required,
            Return = message.Dsn.Return,
            EnvelopeId = message.Dsn.EnvelopeId,
        };
}
