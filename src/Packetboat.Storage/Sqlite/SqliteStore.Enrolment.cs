using Packetboat.Relay.Hub;

namespace Packetboat.Storage.Sqlite;

/// <summary>Invitations, what was made of them, and applications.</summary>
public sealed partial class SqliteStore : IEnrolmentStore
{
    private const string InvitationColumns = "name, code_hash, id, domain, uses, used, created, expires, revoked, note";
    private const string ApplicationColumns = "name, code_hash, id, domain, contact, words, client, created, refused, reason";

    /// <summary>An operator may still want to see what an invitation came to.</summary>
    private static readonly TimeSpan KeptAfterTheEnd = TimeSpan.FromDays(90);

    public async ValueTask<bool> AddInvitationAsync(Invitation invitation, CancellationToken ct) =>
        await _writer.WriteAsync(
            session =>
            {
                session.Execute("DELETE FROM invitation WHERE expires < ?1", Milliseconds(invitation.Created - KeptAfterTheEnd));
                return Add(session, invitation);
            },
            ct
        );

    public ValueTask<IReadOnlyList<Invitation>> ListInvitationsAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<Invitation>>(
            _readers.Read(session =>
                session.Query($"SELECT {InvitationColumns} FROM invitation ORDER BY created DESC, name", InvitationOf)
            )
        );
    }

    public ValueTask<Invitation?> FindInvitationAsync(string name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(session => Find(session, name)));
    }

    public async ValueTask<bool> RevokeInvitationAsync(string name, DateTimeOffset at, CancellationToken ct) =>
        await _writer.WriteAsync(
            session =>
                session.Execute("UPDATE invitation SET revoked = ?2 WHERE name = ?1 AND revoked IS NULL", name, Milliseconds(at))
                > 0,
            ct
        );

    public ValueTask<QwkId?> FindEnrolledAsync(string invitation, byte[] keyHash, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(session => Enrolled(session, invitation, keyHash)));
    }

    public async ValueTask<NewNodeOutcome> EnrolAsync(NewNode node, DateTimeOffset now, CancellationToken ct)
    {
        NewNodeOutcome outcome = await _writer.WriteAsync(session => Enrol(session, node, now), ct);
        ForgetAccounts();
        return outcome;
    }

    public async ValueTask<bool> AddApplicationAsync(Application application, CancellationToken ct) =>
        await _writer.WriteAsync(
            session =>
            {
                session.Execute(
                    "DELETE FROM application WHERE created < ?1",
                    Milliseconds(application.Created - Application.Lifetime)
                );
                // A code must mean one thing: it becomes an invitation of the same name.
                return session.Number("SELECT count(*) FROM application WHERE refused IS NULL") < Application.MaxWaiting
                    && Find(session, application.Name) is null
                    && Add(session, application);
            },
            ct
        );

    public ValueTask<IReadOnlyList<Application>> ListApplicationsAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<Application>>(
            _readers.Read(session =>
                session.Query($"SELECT {ApplicationColumns} FROM application ORDER BY created, name", ApplicationOf)
            )
        );
    }

    public ValueTask<Application?> FindApplicationAsync(string name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return ValueTask.FromResult(
            _readers.Read(session =>
                session
                    .Query($"SELECT {ApplicationColumns} FROM application WHERE name = ?1", ApplicationOf, name)
                    .FirstOrDefault()
            )
        );
    }

    public async ValueTask<bool> ApproveAsync(Invitation invitation, CancellationToken ct) =>
        await _writer.WriteAsync(
            session =>
                session.Execute("DELETE FROM application WHERE name = ?1 AND refused IS NULL", invitation.Name) > 0
                && Add(session, invitation),
            ct
        );

    public async ValueTask<bool> RefuseAsync(string name, string reason, DateTimeOffset at, CancellationToken ct) =>
        await _writer.WriteAsync(
            session =>
                session.Execute(
                    "UPDATE application SET refused = ?2, reason = ?3 WHERE name = ?1 AND refused IS NULL",
                    name,
                    Milliseconds(at),
                    reason
                ) > 0,
            ct
        );

    /// <summary>Everything is looked at here, where nobody else writes: what was seen before may have changed since.</summary>
    private static NewNodeOutcome Enrol(SqliteSession session, NewNode node, DateTimeOffset now)
    {
        if (Enrolled(session, node.Invitation, node.KeyHash) is not null)
            return NewNodeOutcome.KnownBefore;
        if (Find(session, node.Invitation)?.StateAt(now) != InvitationState.Open)
            return NewNodeOutcome.NotOpen;
        if (Add(session, node.Account) == 0)
            return NewNodeOutcome.NameTaken;
        Set(session, node.Credential);
        if (node.Domain is { } domain)
            Set(session, domain);
        session.Execute("UPDATE invitation SET used = used + 1 WHERE name = ?1", node.Invitation);
        session.Execute(
            "INSERT INTO enrolment VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            node.Invitation,
            node.KeyHash,
            node.Account.Id.Text,
            Milliseconds(now),
            node.Client,
            node.Terms
        );
        Add(session, node.Entry);
        return NewNodeOutcome.Made;
    }

    private static bool Add(SqliteSession session, Invitation invitation) =>
        session.Execute(
            "INSERT OR IGNORE INTO invitation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            invitation.Name,
            invitation.CodeHash,
            invitation.Id?.Text,
            invitation.Domain,
            invitation.Uses,
            invitation.Used,
            Milliseconds(invitation.Created),
            Milliseconds(invitation.Expires),
            Milliseconds(invitation.Revoked),
            invitation.Note
        ) > 0;

    private static bool Add(SqliteSession session, Application application) =>
        session.Execute(
            "INSERT OR IGNORE INTO application VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            application.Name,
            application.CodeHash,
            application.Id.Text,
            application.Domain,
            application.Contact,
            application.Words,
            application.Client,
            Milliseconds(application.Created),
            Milliseconds(application.Refused),
            application.Reason
        ) > 0;

    private static Invitation? Find(SqliteSession session, string name) =>
        session.Query($"SELECT {InvitationColumns} FROM invitation WHERE name = ?1", InvitationOf, name).FirstOrDefault();

    private static QwkId? Enrolled(SqliteSession session, string invitation, byte[] keyHash) =>
        session
            .Query(
                "SELECT id FROM enrolment WHERE invitation = ?1 AND key_hash = ?2",
                row => QwkId.Parse(row.GetString(0)),
                invitation,
                keyHash
            )
            .FirstOrDefault();

    private static Invitation InvitationOf(SqliteRow row) =>
        new(
            row.GetString(0),
            row.GetBytes(1),
            row.GetText(2) is { } id ? QwkId.Parse(id) : null,
            row.GetString(3),
            row.GetInt32(4),
            row.GetInt32(5),
            Time(row.GetInt64(6)),
            Time(row.GetInt64(7)),
            row.IsNull(8) ? null : Time(row.GetInt64(8)),
            row.GetString(9)
        );

    private static Application ApplicationOf(SqliteRow row) =>
        new(
            row.GetString(0),
            row.GetBytes(1),
            QwkId.Parse(row.GetString(2)),
            row.GetString(3),
            row.GetString(4),
            row.GetString(5),
            row.GetString(6),
            Time(row.GetInt64(7)),
            row.IsNull(8) ? null : Time(row.GetInt64(8)),
            row.GetString(9)
        );
}
