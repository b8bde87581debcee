using Packetboat.Relay.Arrival;
using Packetboat.Relay.Hub;

namespace Packetboat.Storage.Sqlite;

/// <summary>Whether mail will arrive.</summary>
public sealed partial class SqliteStore : IArrivalStore
{
    /// <summary>Domains that an account is told about; of more, the oldest are forgotten.</summary>
    private const int MostWarnings = 1000;

    public ArrivalPolicy? ReadPolicy(QwkId id) =>
        _readers.Read(session =>
            (ArrivalPolicy?)session.Number("SELECT policy FROM account_arrival WHERE login_form = ?1", id.LoginForm)
        );

    public Task<bool> SetPolicyAsync(QwkId id, ArrivalPolicy? policy, CancellationToken ct) =>
        _writer.WriteAsync(
            session =>
            {
                if (session.Number("SELECT 1 FROM account WHERE login_form = ?1", id.LoginForm) is null)
                    return false;
                if (policy is null)
                    session.Execute("DELETE FROM account_arrival WHERE login_form = ?1", id.LoginForm);
                else
                    session.Execute("INSERT OR REPLACE INTO account_arrival VALUES (?1, ?2)", id.LoginForm, (int)policy);
                return true;
            },
            ct
        );

    public Task<bool> NoteWarningAsync(QwkId id, string domain, DateTimeOffset now, DateTimeOffset since, CancellationToken ct) =>
        _writer.WriteAsync(
            session =>
            {
                int noted = session.Execute(
                    """
                    INSERT INTO arrival_warning SELECT login_form, ?2, ?3 FROM account WHERE login_form = ?1
                    ON CONFLICT DO UPDATE SET at = excluded.at WHERE at <= ?4 OR at > excluded.at
                    """,
                    id.LoginForm,
                    domain,
                    Milliseconds(now),
                    Milliseconds(since)
                );
                session.Execute(
                    """
                    DELETE FROM arrival_warning WHERE login_form = ?1 AND domain IN (
                        SELECT domain FROM arrival_warning WHERE login_form = ?1 ORDER BY at DESC LIMIT -1 OFFSET ?2
                    )
                    """,
                    id.LoginForm,
                    MostWarnings
                );
                return noted > 0;
            },
            ct
        );
}
