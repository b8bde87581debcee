using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.Storage.Sqlite;

/// <summary>What suspensions do to the queue, and the audit trail.</summary>
public sealed partial class SqliteStore : IAuditStore
{
    /// <summary>In <c>recipient.hold</c>: held by a suspension, and released with it.</summary>
    private const int StoppedHold = 1;

    /// <summary>The letters and digits of the account that a message <c>m</c> came from.</summary>
    private const string LoginFormOfMessage = "replace(replace(m.account, '-', ''), '_', '')";

    public async Task<IReadOnlyList<QueueEntry>> StopAsync(
        string? account,
        Suspension suspension,
        string why,
        long from,
        DateTimeOffset now,
        CancellationToken stopping
    )
    {
        var closed = new List<long>();
        IReadOnlyList<QueueEntry> entries = await _writer.WriteAsync(
            session =>
            {
                closed.Clear(); // a transaction that failed with others is run again
                return Stop(session, account, suspension, why, from, now, closed);
            },
            stopping
        );
        foreach (long message in closed)
            _content.Delete(message);
        return entries;
    }

    public async Task<int> ReleaseStoppedAsync(DateTimeOffset now, CancellationToken stopping)
    {
        int released = 0;
        int some;
        do
        {
            stopping.ThrowIfCancellationRequested();
            some = await _writer.WriteAsync(session => ReleaseStopped(session, now), stopping);
            released += some;
        } while (some == Portion);

        return released;
    }

    public Task NoteAsync(AuditEntry entry, CancellationToken ct) => _writer.WriteAsync(session => Add(session, entry), ct);

    public Task<IReadOnlyList<AuditEntry>> ListAuditAsync(string? target, int limit, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<AuditEntry>>(
            _readers.Read(session =>
                session.Query(
                    """
                    SELECT at, who, origin, action, target, reason FROM audit WHERE ?1 IS NULL OR target = ?1
                    ORDER BY number DESC LIMIT ?2
                    """,
                    row => new AuditEntry(
                        Time(row.GetInt64(0)),
                        new Operator(row.GetString(1), row.GetString(2)),
                        row.GetString(3),
                        row.GetString(4),
                        row.GetString(5)
                    ),
                    target,
                    limit
                )
            )
        );
    }

    private static List<QueueEntry> Stop(
        SqliteSession session,
        string? account,
        Suspension suspension,
        string why,
        long from,
        DateTimeOffset now,
        List<long> closed
    )
    {
        // What is dropped or returned is all that was queued then, what a limit or an earlier suspension holds too; what the operator holds
        // himself is his to decide. What came later is held with the rest.
        bool isHold = suspension.Queued == QueuedMail.Hold;
        List<QueueEntry> entries = session.Query(
            $"""
            SELECT {EntryColumns} FROM message m JOIN recipient r ON r.message = m.number
            WHERE m.done IS NULL AND m.number >= ?1 AND (?2 IS NULL OR m.account = ?2)
              AND (r.state = 0 OR (?3 AND r.state = 2 AND r.hold <> {(int)HoldKind.Operator} AND m.accepted <= ?4))
            ORDER BY m.number, r.number LIMIT ?5
            """,
            Entry,
            from,
            account,
            isHold ? 0 : 1,
            Milliseconds(suspension.Since),
            Portion
        );
        foreach (QueueEntry entry in entries)
        {
            bool isDrop = suspension.FateOf(entry.Accepted, now) == QueuedMail.Drop;
            session.Execute(
                "UPDATE recipient SET state = ?3, due = ?4, hold = ?5 WHERE message = ?1 AND number = ?2",
                entry.MessageNumber,
                entry.RecipientNumber,
                (int)(isDrop ? RecipientState.Dropped : RecipientState.Held),
                Milliseconds(now),
                isDrop ? 0 : StoppedHold
            );
            TraceKind kind = isDrop ? TraceKind.Dropped : TraceKind.Held;
            Insert(session, entry.MessageNumber, now, kind, entry.RecipientNumber, "", "", why);
            if (isDrop && CloseIfDone(session, entry.MessageNumber, now) is { } file)
                closed.Add(file);
        }

        return entries;
    }

    private static int ReleaseStopped(SqliteSession session, DateTimeOffset now)
    {
        List<(long Message, int Recipient)> free = session.Query(
            $"""
            SELECT r.message, r.number FROM recipient r JOIN message m ON m.number = r.message
            WHERE r.state = 2 AND r.hold = {StoppedHold}
              AND (m.account IS NULL OR EXISTS (SELECT 1 FROM account a WHERE a.login_form = {LoginFormOfMessage}))
              AND NOT EXISTS (
                SELECT 1 FROM relaying WHERE since <= ?1 AND (until IS NULL OR until > ?1) AND queued <> {(int)QueuedMail.Send}
              )
              AND NOT EXISTS (
                SELECT 1 FROM account a WHERE a.login_form = {LoginFormOfMessage} AND a.suspended_since <= ?1
                  AND (a.suspended_until IS NULL OR a.suspended_until > ?1) AND a.suspended_queued <> {(int)QueuedMail.Send}
              )
            LIMIT ?2
            """,
            row => (row.GetInt64(0), row.GetInt32(1)),
            Milliseconds(now),
            Portion
        );
        foreach ((long message, int recipient) in free)
        {
            session.Execute(
                "UPDATE recipient SET state = 0, due = ?3, hold = 0 WHERE message = ?1 AND number = ?2",
                message,
                recipient,
                Milliseconds(now)
            );
            Insert(session, message, now, TraceKind.Released, recipient, "", "", "the suspension is over");
        }

        return free.Count;
    }

    private static int Add(SqliteSession session, AuditEntry entry) =>
        session.Execute(
            "INSERT INTO audit (at, who, origin, action, target, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            Milliseconds(entry.At),
            entry.Who.Name,
            entry.Who.From,
            entry.Action,
            entry.Target,
            entry.Reason
        );
}
