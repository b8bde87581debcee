using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Storage.Sqlite;

/// <summary>What is only looked at.</summary>
public sealed partial class SqliteStore
{
    private const string MessageColumns =
        "m.number, m.id, m.accepted, m.sender, m.account, m.origin, m.size, m.chunks, m.trace, m.body, m.smtputf8, m.ret, m.envid, m.tls";

    private const string EntryColumns =
        "m.id, m.number, m.accepted, m.size, coalesce(m.sender, ''), m.account, r.number, r.address, r.route, r.state, r.attempts, r.due, r.reply, r.class, r.rule, r.hold";

    public Task<IReadOnlyList<DueRecipient>> FindDueAsync(
        string routeName,
        DateTimeOffset now,
        int limit,
        CancellationToken stopping
    )
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<DueRecipient>>(
            _readers.Read(session => FindDue(session, routeName, now, long.MaxValue, limit))
        );
    }

    public Task<IReadOnlyList<DueRecipient>> FindOldAsync(
        string routeName,
        DateTimeOffset now,
        DateTimeOffset acceptedUntil,
        int limit,
        CancellationToken stopping
    )
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<DueRecipient>>(
            _readers.Read(session =>
            {
                // Numbers are in the order of acceptance: where the oldest of all is young nothing is looked at, else the index alone tells.
                long? young = session.Number(
                    "SELECT number FROM message WHERE done IS NULL AND accepted > ?1 ORDER BY number LIMIT 1",
                    Milliseconds(acceptedUntil)
                );
                long? first = session.Number("SELECT min(number) FROM message WHERE done IS NULL");
                return young == first ? [] : FindDue(session, routeName, now, young ?? long.MaxValue, limit);
            })
        );
    }

    /// <param name="session">To read with.</param>
    /// <param name="routeName">Whose.</param>
    /// <param name="now">Due then.</param>
    /// <param name="below">Numbers of messages end before it.</param>
    /// <param name="limit">So many.</param>
    private static List<DueRecipient> FindDue(
        SqliteSession session,
        string routeName,
        DateTimeOffset now,
        long below,
        int limit
    ) =>
        session.Query(
            $"""
            SELECT {MessageColumns}, r.number, r.address, r.notify, r.orcpt, r.attempts, r.route, r.bound
            FROM recipient r JOIN message m ON m.number = r.message
            WHERE r.state = 0 AND r.route = ?1 AND r.due <= ?2 AND r.message < ?3
            ORDER BY r.due, r.message, r.number LIMIT ?4
            """,
            row => new DueRecipient(
                Message(row),
                Recipient(row, 14) with
                {
                    Binding = (Binding)row.GetInt32(20),
                },
                row.GetString(19)
            ),
            routeName,
            Milliseconds(now),
            below,
            limit
        );

    public Task<DelayedPortion> FindDelayedAsync(
        long after,
        DateTimeOffset now,
        TimeSpan first,
        TimeSpan repeat,
        int messages,
        CancellationToken stopping
    )
    {
        stopping.ThrowIfCancellationRequested();
        long late = Milliseconds(now - first);
        return Task.FromResult(
            _readers.Read(session =>
            {
                List<(long Number, long Accepted)> looked = session.Query(
                    "SELECT number, accepted FROM message WHERE done IS NULL AND number > ?1 ORDER BY number LIMIT ?2",
                    row => (row.GetInt64(0), row.GetInt64(1)),
                    after,
                    messages
                );
                if (looked.Count == 0)
                    return new DelayedPortion([], null);
                // Numbers are in the order of acceptance: behind a young one there are no old ones.
                bool isMore = looked.Count == messages && looked[^1].Accepted <= late;
                List<DelayedRecipient> delayed = FindDelayed(
                    session,
                    looked[0].Number,
                    looked[^1].Number,
                    late,
                    (long)repeat.TotalMilliseconds
                );
                return new DelayedPortion(delayed, isMore ? looked[^1].Number : null);
            })
        );
    }

    private static List<DelayedRecipient> FindDelayed(SqliteSession session, long from, long to, long late, long repeat) =>
        session.Query(
            $"""
            SELECT {MessageColumns}, r.number, r.address, r.notify, r.orcpt, r.attempts, r.due, r.reply, r.class, r.rule,
                coalesce((
                    SELECT e.host FROM event e WHERE e.message = r.message AND e.recipient = r.number AND e.kind = {(int)
                TraceKind.Deferred}
                    ORDER BY e.number DESC LIMIT 1
                ), ''),
                r.delayed, CASE WHEN ?4 > 0 THEN 1 + (?3 - m.accepted) / ?4 ELSE 1 END AS owed
            FROM message m JOIN recipient r ON r.message = m.number
            WHERE m.number BETWEEN ?1 AND ?2 AND m.done IS NULL AND m.sender IS NOT NULL AND m.accepted <= ?3 AND r.state = 0
              AND (r.notify = {(int)DsnNotify.Unspecified} OR r.notify & {(int)DsnNotify.Delay}) AND r.delayed < owed
            ORDER BY m.number, r.number
            """,
            row => new DelayedRecipient(
                Message(row),
                Recipient(row, 14),
                Time(row.GetInt64(19)),
                row.GetString(20),
                (FailureClass)row.GetInt32(21),
                row.GetString(22),
                row.GetString(23),
                row.GetInt32(24),
                row.GetInt32(25)
            ),
            from,
            to,
            late,
            repeat
        );

    public Task<IReadOnlyList<WaitingRoute>> FindRoutesAsync(
        string after,
        DateTimeOffset now,
        int limit,
        CancellationToken stopping
    )
    {
        stopping.ThrowIfCancellationRequested();
        // From one name to the next in the index, over whatever waits under each.
        IReadOnlyList<WaitingRoute> routes = _readers.Read(session =>
            session.Query(
                """
                WITH RECURSIVE step (route) AS (
                    SELECT min(route) FROM recipient WHERE state = 0 AND route > ?1
                    UNION ALL
                    SELECT (SELECT min(r.route) FROM recipient r WHERE r.state = 0 AND r.route > step.route)
                    FROM step WHERE step.route IS NOT NULL
                )
                SELECT route, EXISTS (SELECT 1 FROM recipient r WHERE r.state = 0 AND r.route = step.route AND r.due <= ?2)
                FROM step WHERE route IS NOT NULL LIMIT ?3
                """,
                row => new WaitingRoute(row.GetString(0), row.GetInt64(1) != 0),
                after,
                Milliseconds(now),
                limit
            )
        );
        return Task.FromResult(routes);
    }

    public Task<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        long? next = _readers.Read(session =>
            session.Number("SELECT min(due) FROM recipient WHERE state = 0 AND due > ?1", Milliseconds(after))
        );
        return Task.FromResult<DateTimeOffset?>(next is { } time ? Time(time) : null);
    }

    public Task<IReadOnlyList<QueueEntry>> ListAsync(QueueSelection selection, int limit, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<QueueEntry>>(
            _readers.Read(session => Select(session, selection, "r.state < 3", limit))
        );
    }

    public Task<MessageStory?> FindAsync(string id, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult(_readers.Read(session => NumberOf(session, id) is { } number ? Story(session, number) : null));
    }

    public Task<IReadOnlyList<MessageStory>> TraceAsync(string? sender, string? recipient, int limit, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<MessageStory>>(
            _readers.Read(session =>
            {
                List<long> numbers = session.Query(
                    """
                    SELECT m.number FROM message m
                    WHERE (?1 IS NULL OR instr(lower(coalesce(m.sender, '')), ?1) > 0)
                      AND (?2 IS NULL OR EXISTS (SELECT 1 FROM recipient r WHERE r.message = m.number AND instr(lower(r.address), ?2) > 0))
                    ORDER BY m.number DESC LIMIT ?3
                    """,
                    row => row.GetInt64(0),
                    sender?.ToLowerInvariant(),
                    recipient?.ToLowerInvariant(),
                    limit
                );
                return numbers.Select(number => Story(session, number)).OfType<MessageStory>().ToList();
            })
        );
    }

    public Task<QueueCounts> CountAsync(CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult(
            _readers.Read(session =>
            {
                long count(string state) => session.Number($"SELECT count(*) FROM recipient WHERE state = {state}") ?? 0;
                long? oldest = session.Number(
                    "SELECT accepted FROM message WHERE number = (SELECT min(number) FROM message WHERE done IS NULL)"
                );
                return new QueueCounts(count("0"), count("1"), count("2"), oldest is { } time ? Time(time) : null);
            })
        );
    }

    private List<QueueEntry> Select(SqliteSession session, QueueSelection selection, string state, int limit)
    {
        if (selection.IsEmpty)
            return [];
        long? number = selection.Id is { } id ? NumberOf(session, id) : null;
        if (selection.Id is not null && number is null)
            return [];
        // With the number the few rows of one message are looked at; without it, those of all that is open, in the order of acceptance.
        string which = number is null ? "m.done IS NULL" : "m.number = ?1";
        return session.Query(
            $"""
            SELECT {EntryColumns} FROM message m JOIN recipient r ON r.message = m.number
            WHERE {which} AND {state} AND (?2 IS NULL OR m.account = ?2)
              AND (?3 IS NULL OR lower(coalesce(m.sender, '')) = ?3)
              AND (?4 IS NULL OR lower(r.address) = ?4) AND (?5 IS NULL OR r.domain = ?5)
            ORDER BY m.number, r.number LIMIT ?6
            """,
            Entry,
            number,
            selection.Account,
            selection.Sender?.ToLowerInvariant(),
            selection.Recipient?.ToLowerInvariant(),
            selection.Domain?.ToLowerInvariant(),
            limit
        );
    }

    /// <summary>Ids of before the permutation are found the long way.</summary>
    private long? NumberOf(SqliteSession session, string id)
    {
        long? found = _ids.TryNumberOf(id, out long number)
            ? session.Number("SELECT number FROM message WHERE number = ?1 AND id = ?2", number, id)
            : null;
        return found ?? session.Number("SELECT number FROM message WHERE id = ?1", id);
    }

    private static MessageStory? Story(SqliteSession session, long number)
    {
        List<QueuedMessage> found = session.Query($"SELECT {MessageColumns} FROM message m WHERE m.number = ?1", Message, number);
        if (found.Count == 0)
            return null;

        List<QueueEntry> recipients = session.Query(
            $"SELECT {EntryColumns} FROM recipient r JOIN message m ON m.number = r.message WHERE m.number = ?1 ORDER BY r.number",
            Entry,
            number
        );
        List<TraceEvent> events = session.Query(
            """
            SELECT e.at, e.kind, r.address, e.host, e.security, e.text, e.class, e.rule
            FROM event e LEFT JOIN recipient r ON r.message = e.message AND r.number = e.recipient
            WHERE e.message = ?1 ORDER BY e.number
            """,
            Event,
            number
        );
        return new MessageStory(found[0], recipients, events);
    }

    private static QueuedMessage Message(SqliteRow row) =>
        new(
            row.GetInt64(0),
            row.GetString(1),
            Time(row.GetInt64(2)),
            row.IsNull(3) ? null : MailAddress.Parse(row.GetString(3)),
            row.GetText(4),
            row.GetString(5),
            row.GetInt64(6),
            row.GetInt32(7),
            row.GetBytes(8),
            (BodyType)row.GetInt32(9),
            row.GetInt32(10) != 0,
            new EnvelopeNotice((DsnReturn)row.GetInt32(11), row.GetText(12)),
            (TlsWish)row.GetInt32(13)
        );

    private static QueuedRecipient Recipient(SqliteRow row, int first) =>
        new(
            row.GetInt32(first),
            MailAddress.Parse(row.GetString(first + 1)),
            new RecipientNotice((DsnNotify)row.GetInt32(first + 2), Original(row.GetText(first + 3))),
            row.GetInt32(first + 4)
        );

    private static QueueEntry Entry(SqliteRow row) =>
        new(
            row.GetString(0),
            row.GetInt64(1),
            Time(row.GetInt64(2)),
            row.GetInt64(3),
            row.GetString(4),
            row.GetText(5),
            row.GetInt32(6),
            row.GetString(7),
            row.GetString(8),
            (RecipientState)row.GetInt32(9),
            row.GetInt32(10),
            Time(row.GetInt64(11)),
            row.GetString(12),
            (FailureClass)row.GetInt32(13),
            row.GetString(14),
            (HoldKind)row.GetInt32(15)
        );

    private static TraceEvent Event(SqliteRow row) =>
        new(
            Time(row.GetInt64(0)),
            (TraceKind)row.GetInt32(1),
            row.GetText(2),
            row.GetString(3),
            row.GetString(4),
            row.GetString(5),
            (FailureClass)row.GetInt32(6),
            row.GetString(7)
        );

    private static OriginalRecipient? Original(string? parameter) =>
        parameter is not null && OriginalRecipient.TryParse(Encoding.UTF8.GetBytes(parameter), out OriginalRecipient? original)
            ? original
            : null;

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
