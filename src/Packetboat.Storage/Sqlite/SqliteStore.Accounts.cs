using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Packetboat.Relay.Hub;

namespace Packetboat.Storage.Sqlite;

/// <summary>Accounts and their credentials.</summary>
public sealed partial class SqliteStore : IAccountStore
{
    private const string AccountColumns =
        "id, created, suspended_reason, suspended_since, suspended_until, note, suspended_queued, suspended_answer, mechanisms, requires_tls";

    // All of them, by login form; null: not read since the last change. Asked at each sign-in and each message, changed by hand, and by
    // this process only. A name that nobody has is looked up as one that somebody has, so time does not tell them apart.
    private volatile ConcurrentDictionary<string, AccountWithCredentials>? _knownAccounts;
    private bool? _hasSecrets; // null: not known
    private bool? _hasKeys; // null: not known
    private volatile StrongBox<Suspension?>? _relaying; // null: not read since the last change
    private int _accountsVersion;

    public ValueTask<bool> AddAsync(Account account, CancellationToken ct) => ChangeAsync(session => Add(session, account), ct);

    public ValueTask<bool> RemoveAsync(QwkId id, CancellationToken ct) =>
        ChangeAsync(
            session =>
            {
                // What its suspension or a limit held stays until the operator says otherwise: there is no account any more that could
                // be resumed, and no counter that could allow anything.
                session.Execute(
                    """
                    UPDATE recipient SET hold = 0 WHERE state = 2 AND hold <> 0
                    AND message IN (SELECT number FROM message WHERE done IS NULL AND account = ?1)
                    """,
                    id.Text
                );
                return session.Execute("DELETE FROM account WHERE login_form = ?1", id.LoginForm);
            },
            ct
        );

    public ValueTask<IReadOnlyList<Account>> ListAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<Account>>(
            _readers.Read(session => session.Query($"SELECT {AccountColumns} FROM account ORDER BY id", AccountOf))
        );
    }

    ValueTask<AccountWithCredentials?> IAccountStore.FindAsync(string loginForm, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult((_knownAccounts ?? ReadAccounts()).GetValueOrDefault(loginForm));
    }

    public ValueTask<bool> SetSuspensionAsync(QwkId id, Suspension suspension, CancellationToken ct) =>
        ChangeAsync(session => SetSuspension(session, id, suspension), ct);

    public ValueTask<bool> ResumeAsync(QwkId id, Func<UsageCounters>? counters, CancellationToken ct) =>
        ChangeAsync(
            session =>
            {
                if (counters is not null)
                    Write(session, id, counters());
                return SetSuspension(session, id, suspension: null);
            },
            ct
        );

    public ValueTask<Suspension?> FindRelayingSuspensionAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult((_relaying ?? ReadRelaying()).Value);
    }

    public async ValueTask SetRelayingSuspensionAsync(Suspension? suspension, CancellationToken ct) =>
        await ChangeAsync(
            session =>
                suspension is null
                    ? session.Execute("DELETE FROM relaying")
                    : session.Execute(
                        "INSERT OR REPLACE INTO relaying VALUES (1, ?1, ?2, ?3, ?4, ?5)",
                        Milliseconds(suspension.Since),
                        Milliseconds(suspension.Until),
                        suspension.Reason,
                        (int)suspension.Queued,
                        (int)suspension.Answer
                    ),
            ct
        );

    public ValueTask<bool> SetDomainAsync(AccountDomain domain, CancellationToken ct) =>
        ChangeAsync(session => Set(session, domain), ct);

    public ValueTask<bool> UpdateDomainAsync(AccountDomain domain, CancellationToken ct) =>
        ChangeAsync(
            session =>
                session.Execute(
                    "UPDATE account_domain SET proven = ?4, checked = ?5, failing = ?6 WHERE login_form = ?1 AND name = ?2 AND token = ?3",
                    domain.Account.LoginForm,
                    domain.Name,
                    domain.Token,
                    Milliseconds(domain.Proven),
                    Milliseconds(domain.Checked),
                    Milliseconds(domain.FailingSince)
                ),
            ct
        );

    public ValueTask<bool> RemoveDomainAsync(QwkId id, string domain, CancellationToken ct) =>
        ChangeAsync(
            session => session.Execute("DELETE FROM account_domain WHERE login_form = ?1 AND name = ?2", id.LoginForm, domain),
            ct
        );

    public ValueTask<bool> SetCredentialAsync(Credential credential, CancellationToken ct) =>
        ChangeAsync(session => Set(session, credential), ct);

    public ValueTask<bool> RemoveCredentialAsync(QwkId id, string credential, CancellationToken ct) =>
        ChangeAsync(
            session => session.Execute("DELETE FROM credential WHERE login_form = ?1 AND name = ?2", id.LoginForm, credential),
            ct
        );

    public ValueTask NoteUseAsync(QwkId id, string credential, CredentialUse use, CancellationToken ct) =>
        _writer.PostAsync(session =>
        {
            session.Execute(
                """
                UPDATE credential SET last_used = ?3, last_from = ?4, last_mechanism = ?5, last_tls = ?6
                WHERE login_form = ?1 AND name = ?2
                """,
                id.LoginForm,
                credential,
                Milliseconds(use.At),
                use.From,
                use.Mechanism,
                use.Tls
            );
            Interlocked.Increment(ref _accountsVersion);
            NoteUse(_knownAccounts, id, credential, use);
        });

    public ValueTask<bool> SetSignInRuleAsync(QwkId id, SignInRule rule, CancellationToken ct) =>
        ChangeAsync(
            session =>
                session.Execute(
                    "UPDATE account SET mechanisms = ?2, requires_tls = ?3 WHERE login_form = ?1",
                    id.LoginForm,
                    rule.Mechanisms.Count == 0 ? null : string.Join(' ', rule.Mechanisms),
                    rule.RequiresTls ? 1 : 0
                ),
            ct
        );

    public ValueTask<Credential?> FindKeyAsync(byte[] keyHash, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult(
            (_knownAccounts ?? ReadAccounts()).Values.SelectMany(of => of.Credentials).FirstOrDefault(c => c.HasKey(keyHash))
        );
    }

    public ValueTask<bool> HasKeysAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult(
            _hasKeys ??=
                _readers.Read(session => session.Number("SELECT 1 FROM credential WHERE key_hash IS NOT NULL LIMIT 1"))
                    is not null
        );
    }

    public ValueTask<bool> HasReversibleSecretsAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult(
            _hasSecrets ??=
                _readers.Read(session => session.Number("SELECT 1 FROM credential WHERE secret IS NOT NULL LIMIT 1")) is not null
        );
    }

    private static int Add(SqliteSession session, Account account) =>
        session.Execute(
            "INSERT OR IGNORE INTO account (login_form, id, created, note) VALUES (?1, ?2, ?3, ?4)",
            account.Id.LoginForm,
            account.Id.Text,
            Milliseconds(account.Created),
            account.Note
        );

    private static int Set(SqliteSession session, AccountDomain domain) =>
        session.Execute(
            "INSERT OR REPLACE INTO account_domain SELECT login_form, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM account WHERE login_form = ?1",
            domain.Account.LoginForm,
            domain.Name,
            domain.IncludesSubdomains ? 1 : 0,
            domain.Token,
            Milliseconds(domain.Added),
            Milliseconds(domain.Proven),
            Milliseconds(domain.Checked),
            Milliseconds(domain.FailingSince)
        );

    private static int Set(SqliteSession session, Credential credential) =>
        session.Execute(
            """
            INSERT INTO credential (login_form, name, verifier, secret, created, last_used, last_from, last_mechanism, last_tls, key_hash)
            SELECT login_form, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM account WHERE login_form = ?1
            ON CONFLICT (login_form, name) DO UPDATE
            SET verifier = excluded.verifier, secret = excluded.secret, created = excluded.created, last_used = excluded.last_used,
                last_from = excluded.last_from, last_mechanism = excluded.last_mechanism, last_tls = excluded.last_tls,
                key_hash = excluded.key_hash
            """,
            credential.Account.LoginForm,
            credential.Name,
            credential.Verifier,
            credential.ReversibleSecret,
            Milliseconds(credential.Created),
            Milliseconds(credential.LastUse?.At),
            credential.LastUse?.From ?? "",
            credential.LastUse?.Mechanism ?? "",
            credential.LastUse?.Tls ?? "",
            credential.KeyHash
        );

    /// <summary>Whether a row was changed; what was remembered is forgotten.</summary>
    private static int SetSuspension(SqliteSession session, QwkId id, Suspension? suspension) =>
        session.Execute(
            """
            UPDATE account SET suspended_since = ?2, suspended_until = ?3, suspended_reason = ?4, suspended_queued = ?5,
                suspended_answer = ?6 WHERE login_form = ?1
            """,
            id.LoginForm,
            Milliseconds(suspension?.Since),
            Milliseconds(suspension?.Until),
            suspension?.Reason,
            (int)(suspension?.Queued ?? QueuedMail.Hold),
            (int)(suspension?.Answer ?? SuspendedAnswer.Defer)
        );

    private async ValueTask<bool> ChangeAsync(Func<SqliteSession, int> change, CancellationToken ct)
    {
        bool isChanged = await _writer.WriteAsync(session => change(session) > 0, ct);
        ForgetAccounts();
        return isChanged;
    }

    private void ForgetAccounts()
    {
        Interlocked.Increment(ref _accountsVersion);
        _knownAccounts = null;
        _relaying = null;
        _hasSecrets = null;
        _hasKeys = null;
    }

    private ConcurrentDictionary<string, AccountWithCredentials> ReadAccounts()
    {
        int version = Volatile.Read(ref _accountsVersion);
        ConcurrentDictionary<string, AccountWithCredentials> read = _readers.Read(ReadAccounts);
        _knownAccounts = read;
        // A change that came in between must not be forgotten for what was read before it.
        if (version != Volatile.Read(ref _accountsVersion))
            _knownAccounts = null;
        return read;
    }

    private StrongBox<Suspension?> ReadRelaying()
    {
        int version = Volatile.Read(ref _accountsVersion);
        var read = new StrongBox<Suspension?>(
            _readers
                .Read(session =>
                    session.Query("SELECT reason, since, until, queued, answer FROM relaying", row => SuspensionOf(row, 0, 3))
                )
                .SingleOrDefault()
        );
        _relaying = read;
        if (version != Volatile.Read(ref _accountsVersion))
            _relaying = null;
        return read;
    }

    private static ConcurrentDictionary<string, AccountWithCredentials> ReadAccounts(SqliteSession session)
    {
        List<Account> accounts = session.Query($"SELECT {AccountColumns} FROM account", AccountOf);
        Dictionary<string, Account> byLogin = accounts.ToDictionary(account => account.Id.LoginForm, StringComparer.Ordinal);
        ILookup<string, Credential> credentials = session
            .Query(
                """
                SELECT name, verifier, secret, created, last_used, login_form, last_from, last_mechanism, last_tls, key_hash
                FROM credential ORDER BY created DESC, name
                """,
                row => byLogin.TryGetValue(row.GetString(5), out Account? owner) ? CredentialOf(owner.Id, row) : null
            )
            .OfType<Credential>()
            .ToLookup(credential => credential.Account.LoginForm, StringComparer.Ordinal);
        ILookup<string, AccountDomain> domains = session
            .Query(
                "SELECT name, subdomains, token, added, proven, checked, failing, login_form FROM account_domain ORDER BY name",
                row => byLogin.TryGetValue(row.GetString(7), out Account? owner) ? DomainOf(owner.Id, row) : null
            )
            .OfType<AccountDomain>()
            .ToLookup(domain => domain.Account.LoginForm, StringComparer.Ordinal);
        return new(
            byLogin.Select(pair =>
                KeyValuePair.Create(
                    pair.Key,
                    new AccountWithCredentials(pair.Value, [.. credentials[pair.Key]], [.. domains[pair.Key]])
                )
            ),
            StringComparer.Ordinal
        );
    }

    private static void NoteUse(
        ConcurrentDictionary<string, AccountWithCredentials>? known,
        QwkId id,
        string credential,
        CredentialUse use
    )
    {
        if (known is null || !known.TryGetValue(id.LoginForm, out AccountWithCredentials? account))
            return;
        known[id.LoginForm] = account with
        {
            Credentials = [.. account.Credentials.Select(of => of.Name == credential ? of with { LastUse = use } : of)],
        };
    }

    private static Account AccountOf(SqliteRow row)
    {
        Suspension? suspension = row.IsNull(3) ? null : SuspensionOf(row, 2, 6);
        string[] mechanisms = row.GetText(8)?.Split(' ') ?? [];
        bool requiresTls = row.GetInt64(9) != 0;
        return new Account(
            QwkId.Parse(row.GetString(0)),
            Time(row.GetInt64(1)),
            suspension,
            row.GetString(5),
            mechanisms.Length == 0 && !requiresTls ? null : new SignInRule(mechanisms, requiresTls)
        );
    }

    /// <param name="row">A row.</param>
    /// <param name="reason">The column of the reason; since and until follow.</param>
    /// <param name="queued">The column of what becomes of queued mail; the answer follows.</param>
    private static Suspension SuspensionOf(SqliteRow row, int reason, int queued) =>
        new(
            row.GetText(reason) ?? "",
            Time(row.GetInt64(reason + 1)),
            row.IsNull(reason + 2) ? null : Time(row.GetInt64(reason + 2)),
            (QueuedMail)row.GetInt32(queued),
            (SuspendedAnswer)row.GetInt32(queued + 1)
        );

    private static AccountDomain DomainOf(QwkId account, SqliteRow row) =>
        new(
            account,
            row.GetString(0),
            row.GetInt64(1) != 0,
            row.GetText(2),
            Time(row.GetInt64(3)),
            row.IsNull(4) ? null : Time(row.GetInt64(4)),
            row.IsNull(5) ? null : Time(row.GetInt64(5)),
            row.IsNull(6) ? null : Time(row.GetInt64(6))
        );

    private static Credential CredentialOf(QwkId account, SqliteRow row) =>
        new(
            account,
            row.GetString(0),
            row.GetString(1),
            row.IsNull(2) ? null : row.GetBytes(2),
            Time(row.GetInt64(3)),
            row.IsNull(4) ? null : new CredentialUse(Time(row.GetInt64(4)), row.GetString(6), row.GetString(7), row.GetString(8)),
            row.IsNull(9) ? null : row.GetBytes(9)
        );

    private static long? Milliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();
}
