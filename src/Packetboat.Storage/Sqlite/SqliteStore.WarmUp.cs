using Packetboat.Relay.Shaping;

namespace Packetboat.Storage.Sqlite;

/// <summary>How far providers have come to know our addresses.</summary>
public sealed partial class SqliteStore : IWarmUpStore
{
    public WarmUpDay? FindWarmUp(string address, string provider) =>
        _readers
            .Read(session =>
                session.Query(
                    "SELECT address, provider, day, date, used FROM warm_up WHERE address = ?1 AND provider = ?2",
                    WarmUp,
                    address,
                    provider
                )
            )
            .SingleOrDefault();

    public ValueTask KeepWarmUpAsync(Func<WarmUpDay> latest) =>
        _writer.OweAsync(session => Keep(session, latest()), static _ => { });

    public IReadOnlyList<WarmUpDay> ListWarmUps(int limit) =>
        _readers.Read(session =>
            session.Query(
                "SELECT address, provider, day, date, used FROM warm_up ORDER BY date DESC, address, provider LIMIT ?1",
                WarmUp,
                limit
            )
        );

    public Task<bool> ForgetWarmUpsAsync(string address, CancellationToken stopping) =>
        _writer.WriteAsync(session => session.Execute("DELETE FROM warm_up WHERE address = ?1", address) > 0, stopping);

    private static int Keep(SqliteSession session, WarmUpDay day)
    {
        int kept = session.Execute(
            "UPDATE warm_up SET day = ?3, date = ?4, used = ?5 WHERE address = ?1 AND provider = ?2",
            day.Address,
            day.Provider,
            day.Day,
            day.Date.DayNumber,
            day.Used
        );
        if (kept > 0)
            return kept;
        session.Execute(
            $"""
            DELETE FROM warm_up WHERE (address, provider) IN
                (SELECT address, provider FROM warm_up ORDER BY date DESC LIMIT -1 OFFSET {IWarmUpStore.MaxPairs - 1})
            """
        );
        return session.Execute(
            "INSERT INTO warm_up VALUES (?1, ?2, ?3, ?4, ?5)",
            day.Address,
            day.Provider,
            day.Day,
            day.Date.DayNumber,
            day.Used
        );
    }

    private static WarmUpDay WarmUp(SqliteRow row) =>
        new(row.GetString(0), row.GetString(1), row.GetInt32(2), DateOnly.FromDayNumber(row.GetInt32(3)), row.GetInt32(4));
}
