using Packetboat.Protocol.Message;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Storage.Sqlite;

/// <summary>What limits have stopped, and complaints.</summary>
public sealed partial class SqliteStore : ILimitStore
{
    public Task<IReadOnlyList<DelayedMail>> FindStoppedAsync(DateTimeOffset now, int most, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        List<(long Message, string Account, bool IsReport, string Recipient)> rows = _readers.Read(session =>
            session.Query(
                $"""
                SELECT m.number, m.account, m.sender IS NULL, r.address FROM recipient r JOIN message m ON m.number = r.message
                WHERE r.state = 2 AND r.hold = {(int)HoldKind.Delayed} AND r.due <= ?1 AND r.message IN (
                    SELECT DISTINCT message FROM recipient
                    WHERE state = 2 AND hold = {(int)HoldKind.Delayed} AND due <= ?1 ORDER BY message LIMIT ?2
                )
                ORDER BY r.message, r.number
                """,
                row => (row.GetInt64(0), row.GetString(1), row.GetInt32(2) != 0, row.GetString(3)),
                Milliseconds(now),
                most
            )
        );
        return Task.FromResult<IReadOnlyList<DelayedMail>>([
            .. rows.GroupBy(row => (row.Message, row.Account, row.IsReport))
                .Select(message => new DelayedMail(
                    message.Key.Message,
                    message.Key.Account,
                    message.Key.IsReport,
                    [.. message.Select(row => MailAddress.Parse(row.Recipient))]
                )),
        ]);
    }

    public Task LetGoAsync(long message, DateTimeOffset now, UsageReservation? usage, CancellationToken ct) =>
        _writer.WriteAsync(
            session =>
            {
                List<int> recipients = session.Query(
                    $"SELECT number FROM recipient WHERE message = ?1 AND state = 2 AND hold = {(int)HoldKind.Delayed}",
                    row => row.GetInt32(0),
                    message
                );
                foreach (int recipient in recipients)
                {
                    session.Execute(
                        "UPDATE recipient SET state = 0, due = ?3, hold = 0, reply = '' WHERE message = ?1 AND number = ?2",
                        message,
                        recipient,
                        Milliseconds(now)
                    );
                    Insert(session, message, now, TraceKind.Released, recipient, "", "", "the account's limit allows it");
                }

                if (usage is not null)
                    Insert(session, usage);
            },
            ct,
            once: usage is null ? null : (usage.Account.LoginForm, session => Write(session, usage.Account, usage.Counters()))
        );

    public Task DelayAsync(string? account, DateTimeOffset now, DateTimeOffset until, CancellationToken ct) =>
        _writer.WriteAsync(
            session =>
                session.Execute(
                    $"""
                    UPDATE recipient SET due = ?3 WHERE state = 2 AND hold = {(int)HoldKind.Delayed} AND due <= ?2 AND due <> ?3
                      AND message IN (SELECT number FROM message WHERE done IS NULL AND account = ?1)
                    """,
                    account,
                    Milliseconds(now),
                    Milliseconds(until)
                ),
            ct
        );

    public bool HasHeld(QwkId id) =>
        _readers.Read(session =>
            session.Number(
                $"""
                SELECT 1 FROM recipient r JOIN message m ON m.number = r.message
                WHERE r.state = 2 AND r.hold = {(int)HoldKind.Limit} AND m.account = ?1 LIMIT 1
                """,
                id.Text
            )
                is not null
        );

    public Task FileComplaintAsync(Complaint complaint, Func<UsageCounters>? counters, CancellationToken ct) =>
        _writer.WriteAsync(
            session =>
            {
                TraceKind kind = complaint.IsCounted ? TraceKind.Complained : TraceKind.ComplaintIgnored;
                Insert(session, complaint.Message, complaint.At, kind, complaint.Recipient, "", "", complaint.Text);
                if (counters is not null)
                    Write(session, complaint.Account, counters());
            },
            ct
        );

    public bool HasComplained(QwkId account, string recipient, DateTimeOffset since) =>
        _readers.Read(session =>
            session.Number(
                $"""
                SELECT 1 FROM event e JOIN message m ON m.number = e.message
                  JOIN recipient r ON r.message = e.message AND r.number = e.recipient
                WHERE e.kind = {(int)TraceKind.Complained} AND e.at >= ?1 AND m.account = ?2 AND r.address = ?3 COLLATE NOCASE
                LIMIT 1
                """,
                Milliseconds(since),
                account.Text,
                recipient
            )
                is not null
        );

    /// <summary>A recipient that is held from the beginning.</summary>
    private static void Stop(SqliteSession session, long message, int recipient, DateTimeOffset at, StoppedMail stopped)
    {
        session.Execute(
            "UPDATE recipient SET hold = ?3, reply = ?4 WHERE message = ?1 AND number = ?2",
            message,
            recipient,
            (int)stopped.Kind,
            stopped.Why
        );
        Insert(session, message, at, TraceKind.Held, recipient, "", "", stopped.Why);
    }
}
