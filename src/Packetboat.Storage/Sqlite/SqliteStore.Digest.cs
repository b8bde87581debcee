using Packetboat.Relay.Alarms;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;

namespace Packetboat.Storage.Sqlite;

/// <summary>What became of mail.</summary>
public sealed partial class SqliteStore : IDigestStore
{
    private const int MostDestinations = 10;

    public Task<DoneMail> CountDoneAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken stopping) =>
        Task.Run(() => _readers.Read(session => CountDone(session, Milliseconds(from), Milliseconds(until))), stopping);

    private static DoneMail CountDone(SqliteSession session, long from, long until)
    {
        List<(RecipientState State, FailureClass Class, long Count)> counts = session.Query(
            """
            SELECT r.state, r.class, count(*) FROM message m JOIN recipient r ON r.message = m.number
            WHERE m.done >= ?1 AND m.done < ?2 GROUP BY r.state, r.class ORDER BY 3 DESC
            """,
            row => ((RecipientState)row.GetInt32(0), (FailureClass)row.GetInt32(1), row.GetInt64(2)),
            from,
            until
        );
        List<(string, long)> destinations = session.Query(
            $"""
            SELECT r.domain, count(*) FROM message m JOIN recipient r ON r.message = m.number
            WHERE m.done >= ?1 AND m.done < ?2 AND r.state = {(int)RecipientState.Delivered}
            GROUP BY r.domain ORDER BY 2 DESC, 1 LIMIT {MostDestinations}
            """,
            row => (row.GetString(0), row.GetInt64(1)),
            from,
            until
        );
        long sum(RecipientState state) => counts.Where(one => one.State == state).Sum(one => one.Count);
        return new DoneMail(
            sum(RecipientState.Delivered),
            sum(RecipientState.Dropped),
            [.. counts.Where(one => one.State == RecipientState.Bounced).Select(one => (one.Class, one.Count))],
            destinations
        );
    }
}
