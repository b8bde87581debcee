using Packetboat.Relay.TlsReports;

namespace Packetboat.Storage.Sqlite;

/// <summary>How sessions came by TLS.</summary>
public sealed partial class SqliteStore : ITlsResultStore
{
    public ValueTask AddAsync(IReadOnlyList<TlsCount> counts) =>
        _writer.OweAsync(session => Add(session, counts), static _ => { });

    public IReadOnlyList<(DateOnly Day, string Domain)> ListDue(DateOnly before) =>
        _readers.Read(session =>
            session.Query(
                "SELECT DISTINCT day, domain FROM tls_result WHERE day < ?1 ORDER BY day, domain",
                row => (DateOnly.FromDayNumber(row.GetInt32(0)), row.GetString(1)),
                before.DayNumber
            )
        );

    public IReadOnlyList<TlsCount> Results(DateOnly day, string domain) =>
        _readers.Read(session =>
            session.Query(
                """
                SELECT policy, result, host, address, source, sessions FROM tls_result
                WHERE day = ?1 AND domain = ?2 ORDER BY policy, result, host, address, source
                """,
                row => new TlsCount(
                    new TlsOutcome(
                        day,
                        domain,
                        row.GetString(0),
                        row.GetString(1),
                        row.GetString(2),
                        row.GetString(3),
                        row.GetString(4)
                    ),
                    row.GetInt64(5)
                ),
                day.DayNumber,
                domain
            )
        );

    public Task RemoveAsync(DateOnly day, string domain, CancellationToken stopping) =>
        _writer.WriteAsync(
            session => session.Execute("DELETE FROM tls_result WHERE day = ?1 AND domain = ?2", day.DayNumber, domain),
            stopping
        );

    private static int Add(SqliteSession session, IReadOnlyList<TlsCount> counts)
    {
        foreach ((TlsOutcome outcome, long sessions) in counts)
        {
            int changed = session.Execute(
                """
                UPDATE tls_result SET sessions = sessions + ?8
                WHERE day = ?1 AND domain = ?2 AND policy = ?3 AND result = ?4 AND host = ?5 AND address = ?6 AND source = ?7
                """,
                outcome.Day.DayNumber,
                outcome.Domain,
                outcome.Policy,
                outcome.Result,
                outcome.Host,
                outcome.Address,
                outcome.From,
                sessions
            );
            if (changed == 0)
                AddNew(session, outcome, sessions);
        }

        return counts.Count;
    }

    private static void AddNew(SqliteSession session, TlsOutcome outcome, long sessions) =>
        session.Execute(
            $"""
            INSERT INTO tls_result SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
            WHERE (SELECT count(*) FROM tls_result WHERE day = ?1 AND domain = ?2) < {ITlsResultStore.MaxRows}
              AND (SELECT count(*) FROM tls_result) < {ITlsResultStore.MaxAllRows}
            """,
            outcome.Day.DayNumber,
            outcome.Domain,
            outcome.Policy,
            outcome.Result,
            outcome.Host,
            outcome.Address,
            outcome.From,
            sessions
        );
}
