using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Queue;

namespace Packetboat.Storage.Sqlite;

/// <summary>What is only looked at.</summary>
public sealed partial class SqliteStore
{
    private const string MessageColumns =
        "m.number, m.id, m.accepted, m.sender, m.account, m.origin, m.size, m.chunks, m.trace, m.body, m.smtputf8, m.ret, m.envid";

    private const string EntryColumns =
        "m.id, m.number, m.accepted, m.size, coalesce(m.sender, ''), m.account, r.number, r.address, r.route, r.state, r.attempts, r.due, r.reply";

    public Task<IReadOnlyList<DueRecipient>> FindDueAsync(
        DateTimeOffset now,
        int limit,
        IReadOnlyCollection<string> exceptRoutes,
        CancellationToken stopping
    )
    {
        stopping.ThrowIfCancellationRequested();
        IReadOnlyList<DueRecipient> due = _readers.Read(session =>
            session.Query(
                $"""
                SELECT {MessageColumns}, r.number, r.address, r.notify, r.orcpt, r.attempts, r.delayed, r.route
                FROM recipient r JOIN message m ON m.number = r.message
                WHERE r.state = 0 AND r.due <= $1 AND r.route NOT IN (SELECT value FROM json_each($2))
                ORDER BY r.due, r.message, r.number LIMIT $3
                """,
                row => new DueRecipient(Message(row), Recipient(row, 13), row.GetString(19)),
                Milliseconds(now),
                JsonList(exceptRoutes),
                limit
            )
        );
        return Task.FromResult(due);
    }

    public Task<DateTimeOffset?> NextDueAsync(IReadOnlyCollection<string> exceptRoutes, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        List<long> next = _readers.Read(session =>
            session.Query(
                "SELECT due FROM recipient WHERE state = 0 AND route NOT IN (SELECT value FROM json_each($1)) ORDER BY due LIMIT 1",
                row => row.GetInt64(0),
                JsonList(exceptRoutes)
            )
        );
        return Task.FromResult<DateTimeOffset?>(next.Count == 0 ? null : Time(next[0]));
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
        return Task.FromResult(_readers.Read(session => Story(session, id)));
    }

    public Task<IReadOnlyList<MessageStory>> TraceAsync(string? sender, string? recipient, int limit, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<MessageStory>>(
            _readers.Read(session =>
            {
                List<string> ids = session.Query(
                    """
                    SELECT m.id FROM message m
                    WHERE ($1 IS NULL OR instr(lower(coalesce(m.sender, '')), $1) > 0)
                      AND ($2 IS NULL OR EXISTS (SELECT 1 FROM recipient r WHERE r.message = m.number AND instr(lower(r.address), $2) > 0))
                    ORDER BY m.number DESC LIMIT $3
                    """,
                    row => row.GetString(0),
                    sender?.ToLowerInvariant(),
                    recipient?.ToLowerInvariant(),
                    limit
                );
                return ids.Select(id => Story(session, id)).OfType<MessageStory>().ToList();
            })
        );
    }

    public Task<QueueCounts> CountAsync(CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult(
            _readers.Read(session =>
            {
                Dictionary<long, long> counts = session
                    .Query(
                        "SELECT state, count(*) FROM recipient WHERE state < 3 GROUP BY state",
                        row => (row.GetInt64(0), row.GetInt64(1))
                    )
                    .ToDictionary();
                long? oldest = session.Number(
                    "SELECT min(m.accepted) FROM message m WHERE m.done IS NULL AND m.number = (SELECT min(number) FROM message WHERE done IS NULL)"
                );
                return new QueueCounts(
                    counts.GetValueOrDefault((long)RecipientState.Waiting),
                    counts.GetValueOrDefault((long)RecipientState.Claimed),
                    counts.GetValueOrDefault((long)RecipientState.Held),
                    oldest is { } time ? Time(time) : null
                );
            })
        );
    }

    public Task<IReadOnlyList<Alarm>> AlarmsAsync(CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<Alarm>>(
            _readers.Read(session =>
                session.Query(
                    "SELECT key, raised, text FROM alarm ORDER BY raised",
                    row => new Alarm(row.GetString(0), Time(row.GetInt64(1)), row.GetString(2))
                )
            )
        );
    }

    private static List<QueueEntry> Select(SqliteSession session, QueueSelection selection, string state, int limit) =>
        selection.IsEmpty
            ? []
            : session.Query(
                $"""
                SELECT {EntryColumns} FROM recipient r JOIN message m ON m.number = r.message
                WHERE {state}
                  AND ($1 IS NULL OR m.id = $1) AND ($2 IS NULL OR m.account = $2)
                  AND ($3 IS NULL OR lower(coalesce(m.sender, '')) = $3)
                  AND ($4 IS NULL OR lower(r.address) = $4) AND ($5 IS NULL OR r.domain = $5)
                ORDER BY r.message, r.number LIMIT $6
                """,
                Entry,
                selection.Id,
                selection.Account,
                selection.Sender?.ToLowerInvariant(),
                selection.Recipient?.ToLowerInvariant(),
                selection.Domain?.ToLowerInvariant(),
                limit
            );

    private static MessageStory? Story(SqliteSession session, string id)
    {
        List<QueuedMessage> found = session.Query($"SELECT {MessageColumns} FROM message m WHERE m.id = $1", Message, id);
        if (found.Count == 0)
            return null;

        long number = found[0].Number;
        List<QueueEntry> recipients = session.Query(
            $"SELECT {EntryColumns} FROM recipient r JOIN message m ON m.number = r.message WHERE m.number = $1 ORDER BY r.number",
            Entry,
            number
        );
        List<TraceEvent> events = session.Query(
            """
            SELECT e.at, e.kind, r.address, e.host, e.security, e.text
            FROM event e LEFT JOIN recipient r ON r.message = e.message AND r.number = e.recipient
            WHERE e.message = $1 ORDER BY e.number
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
            new EnvelopeNotice((DsnReturn)row.GetInt32(11), row.GetText(12))
        );

    private static QueuedRecipient Recipient(SqliteRow row, int first) =>
        new(
            row.GetInt32(first),
            MailAddress.Parse(row.GetString(first + 1)),
            new RecipientNotice((DsnNotify)row.GetInt32(first + 2), Original(row.GetText(first + 3))),
            row.GetInt32(first + 4),
            row.GetInt32(first + 5) != 0
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
            row.GetString(12)
        );

    private static TraceEvent Event(SqliteRow row) =>
        new(
            Time(row.GetInt64(0)),
            (TraceKind)row.GetInt32(1),
            row.GetText(2),
            row.GetString(3),
            row.GetString(4),
            row.GetString(5)
        );

    private static OriginalRecipient? Original(string? parameter) =>
        parameter is not null && OriginalRecipient.TryParse(Encoding.UTF8.GetBytes(parameter), out OriginalRecipient? original)
            ? original
            : null;

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static string JsonList(IReadOnlyCollection<string> words)
    {
        var list = new StringBuilder("[");
        foreach (string word in words)
            list.Append(list.Length == 1 ? "\"" : ",\"")
                .Append(System.Text.Encodings.Web.JavaScriptEncoder.Default.Encode(word))
                .Append('"');
        return list.Append(']').ToString();
    }
}
