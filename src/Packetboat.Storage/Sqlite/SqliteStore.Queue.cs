using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;

namespace Packetboat.Storage.Sqlite;

/// <summary>Acceptance, claims and outcomes.</summary>
public sealed partial class SqliteStore
{
    internal const long ChunksPerMessage = 1 << 20;

    /// <summary>Rows that one transaction changes where many are to be changed.</summary>
    private const int Portion = 1000;

    /// <summary>A message that was being delivered when the program ended waits this long for each attempt it has had.</summary>
    private const long CrashPauseMilliseconds = 5_000;

    public Task WriteChunkAsync(long message, int chunk, ReadOnlyMemory<byte> bytes, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.Run(() => _content.Write(message, chunk, bytes.Span), CancellationToken.None);
    }

    public void Abandon(long message, int chunks)
    {
        if (chunks > 0)
            _content.Delete(message);
    }

    public Task AcceptAsync(NewMessage message, CancellationToken stopping) =>
        message.Message.Chunks > 1
            ? AcceptLargeAsync(message, stopping)
            : _writer.WriteAsync(
                session => Insert(session, message),
                stopping,
                message.LastChunk.Length,
                beginsWork: true,
                once: UsageOf(message)
            );

    public ValueTask<byte[]> ReadChunkAsync(long message, int chunk, CancellationToken stopping) =>
        new(Task.Run(() => ReadChunk(message, chunk), stopping));

    private byte[] ReadChunk(long message, int chunk)
    {
        if (_content.Exists(message))
            return _content.Read(message, chunk);
        List<byte[]> found = _readers.Read(session =>
            session.Query("SELECT bytes FROM chunk WHERE place = ?1", row => row.GetBytes(0), Place(message, chunk))
        );
        return found.Count == 1
            ? found[0]
            : throw new InvalidDataException($"chunk {chunk} of message number {message} is not in the store");
    }

    public ValueTask RecordAsync(long message, DateTimeOffset at, IReadOnlyList<RecipientResult> results, NewMessage? report) =>
        _writer.OweAsync(session => Record(session, message, at, results, report), _deleteContent);

    public Task<bool> ReportDelayAsync(
        long message,
        DateTimeOffset at,
        IReadOnlyList<DelayNotice> notices,
        NewMessage report,
        CancellationToken stopping
    ) => _writer.WriteAsync(session => ReportDelay(session, message, at, notices, report), stopping, report.LastChunk.Length);

    public Task<IReadOnlyList<Claim>> ClaimAsync(IReadOnlyList<Claim> claims, CancellationToken stopping) =>
        _writer.WriteAsync<IReadOnlyList<Claim>>(
            session => [.. claims.Where(claim => Take(session, claim))],
            stopping,
            beginsWork: true
        );

    public Task WakeRouteAsync(string routeName, DateTimeOffset now, CancellationToken stopping) =>
        InPortionsAsync(
            session =>
                session.Execute(
                    """
                    UPDATE recipient SET due = min(due, ?2), waits = 0 WHERE (message, number) IN (
                        SELECT message, number FROM recipient INDEXED BY recipient_waits
                        WHERE state = 0 AND waits = 1 AND route = ?1 LIMIT ?3
                    )
                    """,
                    routeName,
                    Milliseconds(now),
                    Portion
                ),
            stopping
        );

    public Task BringForwardAsync(DateTimeOffset latest, CancellationToken stopping) =>
        InPortionsAsync(
            session =>
                session.Execute(
                    """
                    UPDATE recipient SET due = ?1 WHERE (message, number) IN (
                        SELECT message, number FROM recipient WHERE state = 0 AND due > ?1 LIMIT ?2
                    )
                    """,
                    Milliseconds(latest),
                    Portion
                ),
            stopping
        );

    /// <summary>There may be a million, and the sessions that wait for a commit wait for this one too.</summary>
    private async Task InPortionsAsync(Func<SqliteSession, int> change, CancellationToken stopping)
    {
        while (await _writer.WriteAsync(change, stopping) == Portion)
            stopping.ThrowIfCancellationRequested();
    }

    public async Task<SweepResult> SweepAsync(DateTimeOffset now, CancellationToken stopping)
    {
        int orphans = SweepContent();
        int interrupted = await _writer.WriteAsync(
            session =>
                session.Execute(
                    "UPDATE recipient SET state = 0, due = min(due, ?1 + (attempts - 1) * ?2) WHERE state = 1 AND message <= ?3",
                    Milliseconds(now),
                    CrashPauseMilliseconds,
                    _lastNumberBefore
                ),
            stopping
        );
        return new SweepResult(orphans, interrupted);
    }

    /// <summary>Content that no row refers to. Only what an earlier run left behind: the listeners may be taking mail already.</summary>
    private int SweepContent()
    {
        long[] left = [.. _content.Numbers().Where(number => number <= _lastNumberBefore)];
        long[] orphans = _readers.Read(session =>
            left.Where(number => session.Number("SELECT 1 FROM message WHERE number = ?1 AND done IS NULL", number) is null)
                .ToArray()
        );
        foreach (long number in orphans)
            _content.Delete(number);
        return orphans.Length;
    }

    public Task<int> ForgetAsync(DateTimeOffset before, CancellationToken stopping) =>
        _writer.WriteAsync(session => Forget(session, Milliseconds(before)), stopping);

    public async Task<IReadOnlyList<QueueEntry>> ChangeAsync(
        QueueSelection selection,
        QueueChange change,
        DateTimeOffset now,
        CancellationToken stopping
    )
    {
        var closed = new List<long>();
        IReadOnlyList<QueueEntry> entries = await _writer.WriteAsync(
            session =>
            {
                closed.Clear(); // a transaction that failed with others is run again
                return Change(session, selection, change, now, closed);
            },
            stopping
        );
        foreach (long message in closed)
            _content.Delete(message);
        return entries;
    }

    private static bool Take(SqliteSession session, Claim claim)
    {
        bool isTaken = Change(session, claim);
        if (isTaken && claim.Rerouted is { } other)
            Insert(session, claim.Message, other.At, TraceKind.Rerouted, claim.Recipient, "", "", other.Why);
        return isTaken;
    }

    /// <summary>Who is put back because the route that he has now is closed waits for that.</summary>
    private static bool Change(SqliteSession session, Claim claim) =>
        session.Execute(
            "UPDATE recipient SET state = ?6, route = ?3, attempts = ?4, due = ?5, waits = max(waits, ?6 = 0) WHERE message = ?1 AND number = ?2 AND state = 0",
            claim.Message,
            claim.Recipient,
            claim.RouteName,
            claim.Attempts,
            Milliseconds(claim.NextDue),
            (int)(claim.ToDelivery ? RecipientState.Claimed : RecipientState.Waiting)
        ) > 0;

    private static void Insert(SqliteSession session, NewMessage accepted)
    {
        QueuedMessage message = accepted.Message;
        session.Execute(
            "INSERT INTO message (number, id, accepted, sender, account, origin, size, chunks, trace, body, smtputf8, ret, envid, tls) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            message.Number,
            message.Id,
            Milliseconds(message.Accepted),
            message.Sender?.ToString(),
            message.Account,
            message.Origin,
            message.Size,
            message.Chunks,
            message.Trace,
            (int)message.Body,
            message.SmtpUtf8 ? 1 : 0,
            (int)message.Dsn.Return,
            message.Dsn.EnvelopeId,
            (int)message.Tls
        );
        foreach (NewRecipient recipient in accepted.Recipients)
        {
            Insert(session, message.Number, recipient);
            if (recipient.Detour is { } why)
                Insert(session, message.Number, message.Accepted, TraceKind.Rerouted, recipient.Recipient.Number, "", "", why);
            if (recipient.Stopped is { } stopped)
                Stop(session, message.Number, recipient.Recipient.Number, message.Accepted, stopped);
        }

        if (accepted.Warning.Length > 0)
            Insert(session, message.Number, message.Accepted, TraceKind.Warned, null, "", "", accepted.Warning);
        if (accepted.Usage is { } usage)
            Insert(session, usage);
        if (message.Chunks == 1)
            Insert(session, message.Number, message.Chunks - 1, accepted.LastChunk);
    }

    /// <summary>Who waits from the beginning waits for his route: nobody has said anything of him yet.</summary>
    private static void Insert(SqliteSession session, long message, NewRecipient added)
    {
        session.Execute(
            "INSERT INTO recipient (message, number, address, domain, notify, orcpt, route, state, attempts, due, waits) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?8 = 0)",
            message,
            added.Recipient.Number,
            added.Recipient.Address.ToString(),
            added.Recipient.Address.AsciiDomain,
            (int)added.Recipient.Dsn.Notify,
            added.Recipient.Dsn.OriginalRecipient?.ToParameter(),
            added.RouteName,
            (int)added.State,
            added.Recipient.Attempts,
            Milliseconds(added.Due)
        );
    }

    private static void Insert(SqliteSession session, long message, int chunk, ReadOnlyMemory<byte> bytes)
    {
        session.Execute("INSERT INTO chunk VALUES (?1, ?2)", Place(message, chunk), bytes);
    }

    /// <returns>The message, if it is done now and has its content in a file.</returns>
    private static long? Record(
        SqliteSession session,
        long message,
        DateTimeOffset at,
        IReadOnlyList<RecipientResult> results,
        NewMessage? report
    )
    {
        foreach (RecipientResult result in results)
        {
            session.Execute(
                "UPDATE recipient SET state = ?3, attempts = ?4, due = ?5, reply = ?6, class = ?7, rule = ?8, hold = ?9, route = coalesce(?10, route), bound = coalesce(?11, bound), waits = ?12 WHERE message = ?1 AND number = ?2 AND state < 3",
                message,
                result.Recipient,
                (int)result.State,
                result.Attempts,
                Milliseconds(result.Due),
                result.Reply,
                (int)result.Cause.Class,
                result.Cause.Rule,
                result.State == RecipientState.Held ? StoppedHold : 0,
                result.Route,
                (long?)result.Binding,
                result.WaitsForRoute ? 1 : 0
            );
            // That nothing was tried is no event: the recipient's last reply says it.
            if (result.Event != TraceKind.Postponed)
                Insert(
                    session,
                    message,
                    at,
                    result.Event,
                    result.Recipient,
                    result.Host,
                    result.Security,
                    result.Reply,
                    result.Cause.Class,
                    result.Cause.Rule
                );
        }

        if (report is not null)
            InsertReport(session, message, at, report);
        return CloseIfDone(session, message, at);
    }

    private static void InsertReport(SqliteSession session, long message, DateTimeOffset at, NewMessage report)
    {
        Insert(session, report);
        Insert(session, message, at, TraceKind.Reported, null, "", "", $"report to the sender queued as {report.Message.Id}");
    }

    private static bool ReportDelay(
        SqliteSession session,
        long message,
        DateTimeOffset at,
        IReadOnlyList<DelayNotice> notices,
        NewMessage report
    )
    {
        bool stillWaits(DelayNotice notice) =>
            session.Number(
                "SELECT 1 FROM recipient WHERE message = ?1 AND number = ?2 AND state = 0 AND delayed = ?3",
                message,
                notice.Recipient,
                notice.Before
            )
                is not null;
        if (!notices.All(stillWaits))
            return false;
        foreach (DelayNotice notice in notices)
            session.Execute(
                "UPDATE recipient SET delayed = ?3 WHERE message = ?1 AND number = ?2",
                message,
                notice.Recipient,
                notice.Now
            );
        InsertReport(session, message, at, report);
        return true;
    }

    private static void Insert(
        SqliteSession session,
        long message,
        DateTimeOffset at,
        TraceKind kind,
        int? recipient,
        string host,
        string security,
        string text,
        FailureClass @class = FailureClass.Unknown,
        string rule = ""
    ) =>
        session.Execute(
            "INSERT INTO event SELECT ?1, coalesce(max(number) + 1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM event WHERE message = ?1",
            message,
            Milliseconds(at),
            (int)kind,
            recipient,
            host,
            security,
            text,
            (int)@class,
            rule
        );

    /// <summary>Content is only kept while somebody still has to get it.</summary>
    /// <returns>The message, if it is done now and has its content in a file, which may go once this is committed.</returns>
    private static long? CloseIfDone(SqliteSession session, long message, DateTimeOffset at)
    {
        long? chunks = session.Number(
            """
            UPDATE message SET done = ?2
            WHERE number = ?1 AND done IS NULL AND NOT EXISTS (SELECT 1 FROM recipient WHERE message = ?1 AND state < 3)
            RETURNING chunks
            """,
            message,
            Milliseconds(at)
        );
        if (chunks is null)
            return null;
        if (chunks <= 1)
        {
            session.Execute("DELETE FROM chunk WHERE place = ?1", Place(message, 0));
            return null;
        }

        session.Execute("DELETE FROM chunk WHERE place BETWEEN ?1 AND ?2", Place(message, 0), Place(message + 1, 0) - 1);
        return message;
    }

    private async Task AcceptLargeAsync(NewMessage message, CancellationToken stopping)
    {
        await WriteChunkAsync(message.Message.Number, message.Message.Chunks - 1, message.LastChunk, stopping);
        await _content.FinishAsync(message.Message.Number);
        await _writer.WriteAsync(
            session => Insert(session, message),
            stopping,
            namesFile: true,
            beginsWork: true,
            once: UsageOf(message)
        );
    }

    private static int Forget(SqliteSession session, long before)
    {
        // In small portions: the sessions that wait for a commit wait for this one too.
        List<long> old = session.Query(
            "SELECT number FROM message WHERE done < ?1 ORDER BY done LIMIT 500",
            row => row.GetInt64(0),
            before
        );
        foreach (long message in old)
        {
            session.Execute("DELETE FROM event WHERE message = ?1", message);
            session.Execute("DELETE FROM recipient WHERE message = ?1", message);
            session.Execute("DELETE FROM message WHERE number = ?1", message);
        }

        return old.Count;
    }

    private IReadOnlyList<QueueEntry> Change(
        SqliteSession session,
        QueueSelection selection,
        QueueChange change,
        DateTimeOffset now,
        List<long> closed
    )
    {
        (string from, RecipientState to, TraceKind kind) = change switch
        {
            QueueChange.Retry => ("0", RecipientState.Waiting, TraceKind.Retried),
            QueueChange.Hold => ("0", RecipientState.Held, TraceKind.Held),
            QueueChange.Release => ("2", RecipientState.Waiting, TraceKind.Released),
            _ => ("0, 2", RecipientState.Dropped, TraceKind.Dropped),
        };
        List<QueueEntry> entries = Select(session, selection, $"r.state IN ({from})", int.MaxValue);
        foreach (QueueEntry entry in entries)
        {
            session.Execute(
                "UPDATE recipient SET state = ?3, due = ?4, hold = 0 WHERE message = ?1 AND number = ?2",
                entry.MessageNumber,
                entry.RecipientNumber,
                (int)to,
                Milliseconds(now)
            );
            Insert(session, entry.MessageNumber, now, kind, entry.RecipientNumber, "", "", "by the operator");
            if (to == RecipientState.Dropped && CloseIfDone(session, entry.MessageNumber, now) is { } file)
                closed.Add(file);
        }

        return entries;
    }

    internal static long Place(long message, int chunk) => (message * ChunksPerMessage) + chunk;

    private static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
