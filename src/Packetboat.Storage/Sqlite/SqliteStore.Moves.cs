using Packetboat.Relay.Delivery;
using Packetboat.Relay.Operations;

namespace Packetboat.Storage.Sqlite;

/// <summary>What Auto has moved to the relay.</summary>
public sealed partial class SqliteStore : IMoveStore
{
    public IReadOnlyList<RouteMove> Moves() =>
        _readers.Read(session =>
            session.Query(
                "SELECT what, reason, since, probe, probes, hosts FROM move",
                row => new RouteMove(
                    row.GetString(0),
                    row.GetString(1),
                    Time(row.GetInt64(2)),
                    Time(row.GetInt64(3)),
                    row.GetInt32(4),
                    row.GetString(5).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                )
            )
        );

    public Task SaveMoveAsync(RouteMove move) =>
        _writer.WriteAsync(
            session =>
                session.Execute(
                    "INSERT OR REPLACE INTO move VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    move.What,
                    move.Reason,
                    Milliseconds(move.Since),
                    Milliseconds(move.Probe),
                    move.Probes,
                    string.Join('\n', move.Hosts)
                ),
            CancellationToken.None
        );

    public Task RemoveMoveAsync(string what) =>
        _writer.WriteAsync(session => session.Execute("DELETE FROM move WHERE what = ?1", what), CancellationToken.None);

    public IReadOnlyList<RouteChange> RouteChanges(int limit) =>
        _readers.Read(session =>
            session.Query(
                "SELECT at, text FROM route_change ORDER BY number DESC LIMIT ?1",
                row => new RouteChange(Time(row.GetInt64(0)), row.GetString(1)),
                limit
            )
        );

    public Task NoteRouteChangeAsync(RouteChange change, int kept) =>
        _writer.WriteAsync(
            session =>
            {
                session.Execute("INSERT INTO route_change (at, text) VALUES (?1, ?2)", Milliseconds(change.At), change.Text);
                session.Execute("DELETE FROM route_change WHERE number <= (SELECT max(number) FROM route_change) - ?1", kept);
            },
            CancellationToken.None
        );

    public async Task<bool> LeaveRouteAsync(string routeName, DateTimeOffset now, CancellationToken stopping)
    {
        bool isAny = false;
        await InPortionsAsync(
            session =>
            {
                int left = session.Execute(
                    """
                    UPDATE recipient SET due = ?2 WHERE (message, number) IN (
                        SELECT message, number FROM recipient WHERE state = 0 AND route = ?1 AND due > ?2 AND bound <> 1 LIMIT ?3
                    )
                    """,
                    routeName,
                    Milliseconds(now),
                    Portion
                );
                isAny |= left > 0;
                return left;
            },
            stopping
        );
        return isAny;
    }

    public Task BindAsync(long message, IReadOnlyList<int> recipients, CancellationToken stopping) =>
        _writer.WriteAsync(
            session =>
                recipients.Sum(number =>
                    session.Execute("UPDATE recipient SET bound = 1 WHERE message = ?1 AND number = ?2", message, number)
                ),
            stopping,
            beginsWork: true
        );
}
