using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Storage.Sqlite;

/// <summary>Which servers of other domains have had TLS.</summary>
public sealed partial class SqliteStore : ITlsMemoryStore
{
    public TlsHabit? FindHabit(string host) =>
        _readers
            .Read(session => session.Query("SELECT host, handshakes, first, last FROM tls_host WHERE host = ?1", Habit, host))
            .SingleOrDefault();

    public ValueTask KeepHabitAsync(TlsHabit habit) => _writer.OweAsync(session => Keep(session, habit), static _ => { });

    public IReadOnlyList<TlsHabit> ListHabits(int handshakes, DateTimeOffset since, int limit) =>
        _readers.Read(session =>
            session.Query(
                """
                SELECT host, handshakes, first, last FROM tls_host
                WHERE last > ?2 AND handshakes >= ?1 ORDER BY last DESC, host LIMIT ?3
                """,
                Habit,
                handshakes,
                Milliseconds(since),
                limit
            )
        );

    public Task<bool> ForgetHabitAsync(string host, CancellationToken stopping) =>
        _writer.WriteAsync(session => session.Execute("DELETE FROM tls_host WHERE host = ?1", host) > 0, stopping);

    private static int Keep(SqliteSession session, TlsHabit habit)
    {
        session.Execute(
            $"""
            DELETE FROM tls_host WHERE host IN
                (SELECT host FROM tls_host ORDER BY last DESC LIMIT -1 OFFSET {ITlsMemoryStore.MaxHosts - 1})
            """
        );
        return session.Execute(
            "INSERT OR REPLACE INTO tls_host VALUES (?1, ?2, ?3, ?4)",
            habit.Host,
            habit.Handshakes,
            Milliseconds(habit.First),
            Milliseconds(habit.Last)
        );
    }

    private static TlsHabit Habit(SqliteRow row) =>
        new(row.GetString(0), row.GetInt32(1), Time(row.GetInt64(2)), Time(row.GetInt64(3)));
}
