using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Storage.Sqlite;

/// <summary>What other domains demand of TLS.</summary>
public sealed partial class SqliteStore : IMtaStsStore
{
    public CachedPolicy? FindPolicy(string domain) =>
        _readers
            .Read(session =>
                session.Query(
                    "SELECT domain, id, policy, fetched, expires FROM mta_sts WHERE domain = ?1 AND expires > ?2",
                    row => new CachedPolicy(
                        row.GetString(0),
                        row.GetString(1),
                        row.GetString(2),
                        Time(row.GetInt64(3)),
                        Time(row.GetInt64(4))
                    ),
                    domain,
                    Now()
                )
            )
            .SingleOrDefault();

    public Task KeepPolicyAsync(CachedPolicy policy, CancellationToken stopping) =>
        _writer.WriteAsync(session => Keep(session, policy, Now()), stopping);

    private static int Keep(SqliteSession session, CachedPolicy policy, long now)
    {
        session.Execute("DELETE FROM mta_sts WHERE expires <= ?1", now);
        session.Execute(
            $"""
            DELETE FROM mta_sts WHERE domain IN
                (SELECT domain FROM mta_sts ORDER BY expires DESC LIMIT -1 OFFSET {IMtaStsStore.MaxPolicies - 1})
            """
        );
        return session.Execute(
            "INSERT OR REPLACE INTO mta_sts VALUES (?1, ?2, ?3, ?4, ?5)",
            policy.Domain,
            policy.Id,
            policy.Text,
            Milliseconds(policy.Fetched),
            Milliseconds(policy.Expires)
        );
    }
}
