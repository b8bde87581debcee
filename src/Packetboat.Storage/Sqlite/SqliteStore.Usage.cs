using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Storage.Sqlite;

/// <summary>What accounts have sent, and may send.</summary>
public sealed partial class SqliteStore : IUsageStore
{
    public UsageCounters? ReadUsage(QwkId id) =>
        _readers
            .Read(session =>
                session.Query(
                    """
                    SELECT hour, hour_messages, hour_recipients, day_messages, day_recipients, day_first_time,
                        hour_null_sender, day_hard_bounces, day_complaints, day_new_networks
                    FROM account_usage WHERE login_form = ?1
                    """,
                    row => new UsageCounters(
                        row.GetInt64(0),
                        row.GetInt64(1),
                        row.GetInt64(2),
                        row.GetInt64(3),
                        row.GetInt64(4),
                        row.GetInt64(5),
                        row.GetInt64(6),
                        row.GetInt64(7),
                        row.GetInt64(8),
                        row.GetInt64(9)
                    ),
                    id.LoginForm
                )
            )
            .SingleOrDefault();

    public IReadOnlyCollection<long> ReadKnownRecipients(QwkId id) =>
        _readers.Read(session =>
            session.Query("SELECT key FROM account_recipient WHERE login_form = ?1", row => row.GetInt64(0), id.LoginForm)
        );

    public IReadOnlyCollection<string> ReadNetworks(QwkId id) =>
        _readers.Read(session =>
            session.Query("SELECT network FROM account_network WHERE login_form = ?1", row => row.GetString(0), id.LoginForm)
        );

    public IReadOnlyList<OwnLimit> ReadLimits(QwkId id) =>
        _readers.Read(session =>
            session.Query(
                "SELECT name, value, action FROM account_limit WHERE login_form = ?1 ORDER BY name",
                row => new OwnLimit((AccountLimit)row.GetInt32(0), row.GetNumber(1), (LimitAction?)row.GetNumber(2)),
                id.LoginForm
            )
        );

    public long CountQueued(QwkId id, long most) =>
        _readers.Read(session =>
            session.Number(
                "SELECT count(*) FROM (SELECT 1 FROM message WHERE done IS NULL AND account = ?1 LIMIT ?2)",
                id.Text,
                most
            ) ?? 0
        );

    public ValueTask OweAsync(QwkId id, Func<UsageCounters> counters, string? network) =>
        _writer.OweAsync(
            session =>
            {
                Write(session, id, counters());
                if (network is not null)
                    session.Execute(
                        "INSERT OR IGNORE INTO account_network SELECT login_form, ?2 FROM account WHERE login_form = ?1",
                        id.LoginForm,
                        network
                    );
                return true;
            },
            static _ => { }
        );

    public Task<bool> SetLimitsAsync(QwkId id, IReadOnlyList<OwnLimit> own, CancellationToken ct) =>
        _writer.WriteAsync(
            session =>
            {
                if (session.Number("SELECT 1 FROM account WHERE login_form = ?1", id.LoginForm) is null)
                    return false;
                session.Execute("DELETE FROM account_limit WHERE login_form = ?1", id.LoginForm);
                foreach (OwnLimit one in own)
                    session.Execute(
                        "INSERT INTO account_limit VALUES (?1, ?2, ?3, ?4)",
                        id.LoginForm,
                        (int)one.Limit,
                        one.Value,
                        (int?)one.Action
                    );
                return true;
            },
            ct
        );

    /// <summary>Where the account is gone by now there is nothing to be counted.</summary>
    private static void Insert(SqliteSession session, UsageReservation usage)
    {
        foreach (long key in usage.FirstTimeRecipients)
            session.Execute(
                "INSERT OR IGNORE INTO account_recipient SELECT login_form, ?2 FROM account WHERE login_form = ?1",
                usage.Account.LoginForm,
                key
            );
    }

    private static (string Key, Action<SqliteSession> Write)? UsageOf(NewMessage message) =>
        message.Usage is { } usage ? (usage.Account.LoginForm, session => Write(session, usage.Account, usage.Counters())) : null;

    /// <summary>Once for all messages of an account that share a transaction.</summary>
    private static void Write(SqliteSession session, QwkId id, UsageCounters counters) =>
        session.Execute(
            """
            INSERT OR REPLACE INTO account_usage
            SELECT login_form, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM account WHERE login_form = ?1
            """,
            id.LoginForm,
            counters.Hour,
            counters.MessagesThisHour,
            counters.RecipientsThisHour,
            counters.MessagesToday,
            counters.RecipientsToday,
            counters.FirstTimeToday,
            counters.NullSenderThisHour,
            counters.HardBouncesToday,
            counters.ComplaintsToday,
            counters.NewNetworksToday
        );
}
