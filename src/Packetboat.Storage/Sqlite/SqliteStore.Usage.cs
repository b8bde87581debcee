using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Storage.Sqlite;

/// <summary>What accounts have sent.</summary>
public sealed partial class SqliteStore : IUsageStore
{
    public UsageCounters? ReadUsage(QwkId id) =>
        _readers
            .Read(session =>
                session.Query(
                    """
                    SELECT hour, hour_messages, hour_recipients, day_messages, day_recipients, day_first_time
                    FROM account_usage WHERE login_form = ?1
                    """,
                    row => new UsageCounters(
                        row.GetInt64(0),
                        row.GetInt64(1),
                        row.GetInt64(2),
                        row.GetInt64(3),
                        row.GetInt64(4),
                        row.GetInt64(5)
                    ),
                    id.LoginForm
                )
            )
            .SingleOrDefault();

    public IReadOnlyCollection<long> ReadKnownRecipients(QwkId id) =>
        _readers.Read(session =>
            session.Query("SELECT key FROM account_recipient WHERE login_form = ?1", row => row.GetInt64(0), id.LoginForm)
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
        message.Usage is { } usage ? (usage.Account.LoginForm, session => Write(session, usage)) : null;

    /// <summary>Once for all messages of an account that share a transaction.</summary>
    private static void Write(SqliteSession session, UsageReservation usage)
    {
        UsageCounters counters = usage.Counters();
        session.Execute(
            "INSERT OR REPLACE INTO account_usage SELECT login_form, ?2, ?3, ?4, ?5, ?6, ?7 FROM account WHERE login_form = ?1",
            usage.Account.LoginForm,
            counters.Hour,
            counters.MessagesThisHour,
            counters.RecipientsThisHour,
            counters.MessagesToday,
            counters.RecipientsToday,
            counters.FirstTimeToday
        );
    }
}
