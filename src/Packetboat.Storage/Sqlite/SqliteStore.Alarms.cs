using System.Security.Cryptography;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Queue;

namespace Packetboat.Storage.Sqlite;

/// <summary>Alarms, and what was raised and cleared.</summary>
public sealed partial class SqliteStore : IAlarmStore
{
    private const string EventColumns = "number, id, at, cleared, key, kind, raised, text";

    public event Action? AlarmsChanged;

    public async Task RaiseAlarmAsync(Alarm alarm, CancellationToken stopping)
    {
        await _writer.WriteAsync(session => Raise(session, alarm, _time.GetUtcNow()), stopping);
        AlarmsChanged?.Invoke();
    }

    public async Task ClearAlarmAsync(string key, CancellationToken stopping)
    {
        await _writer.WriteAsync(session => Clear(session, key, _time.GetUtcNow()), stopping);
        AlarmsChanged?.Invoke();
    }

    public Task<IReadOnlyList<Alarm>> AlarmsAsync(CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<Alarm>>(
            _readers.Read(session =>
                session.Query("SELECT key, raised, text, kind FROM alarm WHERE settles IS NULL ORDER BY raised, key", AlarmOf)
            )
        );
    }

    public async Task<bool> DismissAlarmAsync(string key, CancellationToken stopping)
    {
        bool was = await _writer.WriteAsync(
            session =>
            {
                bool isOpen = session.Number("SELECT 1 FROM alarm WHERE key = ?1 AND settles IS NULL", key) is not null;
                End(session, key, _time.GetUtcNow());
                return isOpen;
            },
            stopping
        );
        AlarmsChanged?.Invoke();
        return was;
    }

    public async Task<int> SettleAlarmsAsync(CancellationToken stopping)
    {
        // Nearly always there is none, and then nothing is written.
        if (_readers.Read(session => session.Number("SELECT 1 FROM alarm WHERE settles <= ?1", Now())) is null)
            return 0;
        int ended = await _writer.WriteAsync(
            session =>
            {
                List<string> keys = session.Query("SELECT key FROM alarm WHERE settles <= ?1", row => row.GetString(0), Now());
                foreach (string key in keys)
                    End(session, key, _time.GetUtcNow());
                return keys.Count;
            },
            stopping
        );
        AlarmsChanged?.Invoke();
        return ended;
    }

    public Task<DateTimeOffset?> OldestWaitingAsync(CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        long? oldest = _readers.Read(session =>
            session.Number(
                """
                SELECT m.accepted FROM message m
                WHERE m.done IS NULL AND EXISTS (SELECT 1 FROM recipient r WHERE r.message = m.number AND r.state IN (0, 1))
                ORDER BY m.number LIMIT 1
                """
            )
        );
        return Task.FromResult(oldest is { } accepted ? Time(accepted) : (DateTimeOffset?)null);
    }

    public Task<IReadOnlyList<AlarmEvent>> AlarmEventsAsync(long after, int limit, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<AlarmEvent>>(
            _readers.Read(session =>
                session.Query(
                    $"SELECT {EventColumns} FROM alarm_event WHERE number > ?1 ORDER BY number LIMIT ?2",
                    row => new AlarmEvent(
                        row.GetInt64(0),
                        row.GetString(1),
                        Time(row.GetInt64(2)),
                        row.GetInt64(3) != 0,
                        row.GetString(4),
                        AlarmCatalogue.KindOf(row.GetString(4), row.GetString(5)),
                        Time(row.GetInt64(6)),
                        row.GetString(7)
                    ),
                    after,
                    limit
                )
            )
        );
    }

    public Task<long?> SeenAsync(string output, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return Task.FromResult(_readers.Read(session => session.Number("SELECT seen FROM alarm_output WHERE name = ?1", output)));
    }

    public Task NoteSeenAsync(string output, long seen, CancellationToken stopping) =>
        _writer.WriteAsync(
            session => session.Execute("INSERT OR REPLACE INTO alarm_output VALUES (?1, ?2)", output, seen),
            stopping
        );

    private static int Raise(SqliteSession session, Alarm alarm, DateTimeOffset now)
    {
        string? before = session
            .Query("SELECT kind FROM alarm WHERE key = ?1", row => row.GetString(0), alarm.Key)
            .SingleOrDefault();
        session.Execute(
            """
            INSERT INTO alarm (key, raised, text, kind) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (key) DO UPDATE SET text = excluded.text, kind = excluded.kind, settles = NULL
            """,
            alarm.Key,
            Milliseconds(alarm.Raised),
            alarm.Text,
            alarm.Kind
        );
        // One that is not over for long enough has never ended for those outside.
        if (before is null || AlarmCatalogue.KindOf(alarm.Key, before) != AlarmCatalogue.KindOf(alarm))
            Note(session, alarm.Key, isCleared: false, now);
        return 0;
    }

    private static int Clear(SqliteSession session, string key, DateTimeOffset now)
    {
        string? kind = session
            .Query("SELECT kind FROM alarm WHERE key = ?1 AND settles IS NULL", row => row.GetString(0), key)
            .SingleOrDefault();
        if (kind is null)
            return 0;
        TimeSpan settle = AlarmCatalogue.KindOf(key, kind).Settle;
        if (settle > TimeSpan.Zero)
            return session.Execute("UPDATE alarm SET settles = ?2 WHERE key = ?1", key, Milliseconds(now + settle));
        End(session, key, now);
        return 1;
    }

    private static void End(SqliteSession session, string key, DateTimeOffset now)
    {
        Note(session, key, isCleared: true, now);
        session.Execute("DELETE FROM alarm WHERE key = ?1", key);
    }

    /// <summary>As the alarm stands; nothing where there is none.</summary>
    private static void Note(SqliteSession session, string key, bool isCleared, DateTimeOffset now)
    {
        session.Execute(
            """
            INSERT INTO alarm_event (id, at, cleared, key, kind, raised, text)
            SELECT ?2, ?3, ?4, key, kind, raised, text FROM alarm WHERE key = ?1
            """,
            key,
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)),
            Milliseconds(now),
            isCleared ? 1 : 0
        );
        session.Execute(
            $"DELETE FROM alarm_event WHERE number <= (SELECT max(number) FROM alarm_event) - {IAlarmStore.MaxEvents}"
        );
    }

    private static Alarm AlarmOf(SqliteRow row) =>
        new(row.GetString(0), Time(row.GetInt64(1)), row.GetString(2), row.GetString(3));

    private long Now() => Milliseconds(_time.GetUtcNow());
}
