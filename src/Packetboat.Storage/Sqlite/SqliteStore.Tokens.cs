using Packetboat.Relay.Tokens;

namespace Packetboat.Storage.Sqlite;

/// <summary>Refresh tokens.</summary>
public sealed partial class SqliteStore : ITokenStore
{
    public StoredToken? FindToken(string name) =>
        _readers
            .Read(session =>
                session.Query(
                    "SELECT name, sealed, since, ends FROM token WHERE name = ?1",
                    row => new StoredToken(
                        row.GetString(0),
                        row.GetBytes(1),
                        Time(row.GetInt64(2)),
                        row.IsNull(3) ? null : Time(row.GetInt64(3))
                    ),
                    name
                )
            )
            .SingleOrDefault();

    public Task KeepTokenAsync(StoredToken token, CancellationToken stopping) =>
        _writer.WriteAsync(
            session =>
                session.Execute(
                    "INSERT OR REPLACE INTO token VALUES (?1, ?2, ?3, ?4)",
                    token.Name,
                    token.Sealed,
                    Milliseconds(token.Since),
                    token.Ends is { } end ? Milliseconds(end) : default(long?)
                ),
            stopping
        );

    public Task<bool> ForgetTokenAsync(string name, CancellationToken stopping) =>
        _writer.WriteAsync(session => session.Execute("DELETE FROM token WHERE name = ?1", name) > 0, stopping);
}
