using System.Collections.Concurrent;
using Packetboat.Relay.Hub;

namespace Packetboat.Storage.Sqlite;

/// <summary>Accounts and their credentials.</summary>
public sealed partial class SqliteStore : IAccountStore
{
    private const string AccountColumns = "id, created, suspended_reason, suspended_since, suspended_until, note";

    // Asked at each sign-in and each message, changed by hand, and by this process only: worth remembering. Names that nobody has are not
    // kept, so strangers cannot fill it.
    private readonly ConcurrentDictionary<string, AccountWithCredentials> _knownAccounts = new(StringComparer.Ordinal);
    private bool? _hasSecrets; // null: not known
    private int _accountsVersion;

    public ValueTask<bool> AddAsync(Account account, CancellationToken ct) =>
        ChangeAsync(
            session =>
                session.Execute(
                    "INSERT OR IGNORE INTO account VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    account.Id.LoginForm,
                    account.Id.Text,
                    Milliseconds(account.Created),
                    account.Note,
                    Milliseconds(account.Suspension?.Since),
                    Milliseconds(account.Suspension?.Until),
                    account.Suspension?.Reason
                ),
            ct
        );

    public ValueTask<bool> RemoveAsync(QwkId id, CancellationToken ct) =>
        ChangeAsync(session => session.Execute("DELETE FROM account WHERE login_form = ?1", id.LoginForm), ct);

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
        if (_knownAccounts.TryGetValue(loginForm, out AccountWithCredentials? known))
            return ValueTask.FromResult<AccountWithCredentials?>(known);
        int version = Volatile.Read(ref _accountsVersion);
        AccountWithCredentials? found = _readers.Read(session => Find(session, loginForm));
        if (found is not null)
        {
            _knownAccounts[loginForm] = found;
            // A change that came in between must not be forgotten for what was read before it.
            if (version != Volatile.Read(ref _accountsVersion))
                _knownAccounts.TryRemove(loginForm, out _);
        }

        return ValueTask.FromResult(found);
    }

    public ValueTask<bool> SetSuspensionAsync(QwkId id, Suspension? suspension, CancellationToken ct) =>
        ChangeAsync(
            session =>
                session.Execute(
                    "UPDATE account SET suspended_since = ?2, suspended_until = ?3, suspended_reason = ?4 WHERE login_form = ?1",
                    id.LoginForm,
                    Milliseconds(suspension?.Since),
                    Milliseconds(suspension?.Until),
                    suspension?.Reason
                ),
            ct
        );

    public ValueTask<bool> SetCredentialAsync(Credential credential, CancellationToken ct) =>
        ChangeAsync(
            session =>
                session.Execute(
                    """
                    INSERT INTO credential SELECT login_form, ?2, ?3, ?4, ?5, ?6 FROM account WHERE login_form = ?1
                    ON CONFLICT (login_form, name) DO UPDATE
                    SET verifier = excluded.verifier, secret = excluded.secret, created = excluded.created, last_used = excluded.last_used
                    """,
                    credential.Account.LoginForm,
                    credential.Name,
                    credential.Verifier,
                    credential.ReversibleSecret,
                    Milliseconds(credential.Created),
                    Milliseconds(credential.LastUsed)
                ),
            ct
        );

    public ValueTask<bool> RemoveCredentialAsync(QwkId id, string credential, CancellationToken ct) =>
        ChangeAsync(
            session => session.Execute("DELETE FROM credential WHERE login_form = ?1 AND name = ?2", id.LoginForm, credential),
            ct
        );

    public ValueTask NoteUseAsync(QwkId id, string credential, DateTimeOffset at, CancellationToken ct) =>
        _writer.PostAsync(session =>
        {
            session.Execute(
                "UPDATE credential SET last_used = ?3 WHERE login_form = ?1 AND name = ?2",
                id.LoginForm,
                credential,
                Milliseconds(at)
            );
            ForgetAccounts();
        });

    public ValueTask<bool> HasReversibleSecretsAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult(
            _hasSecrets ??=
                _readers.Read(session => session.Number("SELECT 1 FROM credential WHERE secret IS NOT NULL LIMIT 1")) is not null
        );
    }

    /// <summary>Whether a row was changed; what was remembered is forgotten.</summary>
    private async ValueTask<bool> ChangeAsync(Func<SqliteSession, int> change, CancellationToken ct)
    {
        bool isChanged = await _writer.WriteAsync(session => change(session) > 0, ct);
        ForgetAccounts();
        return isChanged;
    }

    private void ForgetAccounts()
    {
        Interlocked.Increment(ref _accountsVersion);
        _knownAccounts.Clear();
        _hasSecrets = null;
    }

    private static AccountWithCredentials? Find(SqliteSession session, string loginForm)
    {
        List<Account> found = session.Query($"SELECT {AccountColumns} FROM account WHERE login_form = ?1", AccountOf, loginForm);
        if (found.Count == 0)
            return null;
        List<Credential> credentials = session.Query(
            "SELECT name, verifier, secret, created, last_used FROM credential WHERE login_form = ?1 ORDER BY created DESC",
            row => CredentialOf(found[0].Id, row),
            loginForm
        );
        return new AccountWithCredentials(found[0], credentials);
    }

    private static Account AccountOf(SqliteRow row)
    {
        Suspension? suspension = row.IsNull(3)
            ? null
            : new Suspension(row.GetText(2) ?? "", Time(row.GetInt64(3)), row.IsNull(4) ? null : Time(row.GetInt64(4)));
        return new Account(QwkId.Parse(row.GetString(0)), Time(row.GetInt64(1)), suspension, row.GetString(5));
    }

    private static Credential CredentialOf(QwkId account, SqliteRow row) =>
        new(
            account,
            row.GetString(0),
            row.GetString(1),
            row.IsNull(2) ? null : row.GetBytes(2),
            Time(row.GetInt64(3)),
            row.IsNull(4) ? null : Time(row.GetInt64(4))
        );

    private static long? Milliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();
}
