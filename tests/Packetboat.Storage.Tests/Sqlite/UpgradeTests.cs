using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Storage.Migrations;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

/// <summary>A store that an earlier version made is brought to the present schema, and nothing in it is lost.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TestMail.Noon);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_suspension_of_before_is_still_in_force_and_still_lets_queued_mail_go()
    {
        MakeStoreOf(
            schema: 3,
            """
            INSERT INTO account VALUES ('MYBBS', 'MY-BBS', 1000, 'a note', 2000, NULL, 'unpaid');
            INSERT INTO message VALUES (1, 'ID00000001', 3000, 'a@node.example', 'MY-BBS', 'a test', 4, 1, x'', 0, 0, 0, NULL, NULL);
            INSERT INTO recipient VALUES (1, 0, 'joe@far.example', 'far.example', 0, NULL, 'mx far.example', 2, 1, 3000, 0, '');
            INSERT INTO chunk VALUES (1048576, x'61');
            """
        );

        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);

        Account account = Assert.Single(await store.ListAsync(Ct));
        Assert.Equal(("MY-BBS", "a note"), (account.Id.Text, account.Note));
        Assert.Equal(("unpaid", QueuedMail.Send), (account.Suspension!.Reason, account.Suspension.Queued));
        Assert.Equal(SuspendedAnswer.Defer, account.Suspension.Answer);
        AccountDomain any = Assert.Single((await ((IAccountStore)store).FindAsync("MYBBS", Ct))!.Domains);
        Assert.Equal((AccountDomain.Any, AccountDomainState.Granted), (any.Name, any.State));
        Assert.Null(await store.FindRelayingSuspensionAsync(Ct));
        Assert.Empty(await store.ListAuditAsync(null, 10, Ct));
        // Held by hand, before there was another way.
        Assert.Equal(0, await store.ReleaseStoppedAsync(_time.GetUtcNow(), Ct));
        Assert.Equal(RecipientState.Held, Assert.Single(await store.ListAsync(new QueueSelection(All: true), 10, Ct)).State);
    }

    /// <summary>Of it nobody knows whether it waits for its route alone.</summary>
    [Fact]
    public async Task Mail_that_waited_before_is_still_woken_with_its_route()
    {
        long due = _time.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds();
        MakeStoreOf(
            schema: 21,
            $"""
            INSERT INTO message (number, id, accepted, sender, account, origin, size, chunks, trace, body, smtputf8, ret, envid)
                VALUES (1, 'ID00000001', 3000, 'a@node.example', NULL, 'a test', 4, 1, x'', 0, 0, 0, NULL);
            INSERT INTO recipient (message, number, address, domain, notify, orcpt, route, state, attempts, due)
                VALUES (1, 0, 'joe@far.example', 'far.example', 0, NULL, 'mx far.example', 0, 1, {due});
            INSERT INTO chunk VALUES (1048576, x'61');
            """
        );
        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);

        await store.WakeRouteAsync("mx far.example", _time.GetUtcNow(), Ct);

        QueueEntry entry = Assert.Single(await store.ListAsync(new QueueSelection(All: true), 10, Ct));
        Assert.Equal(_time.GetUtcNow(), entry.Due);
    }

    [Fact]
    public async Task A_credential_of_before_still_signs_in_and_its_last_use_is_known_but_for_the_way()
    {
        MakeStoreOf(
            schema: 9,
            """
            INSERT INTO account (login_form, id, created, note) VALUES ('MYBBS', 'MY-BBS', 1000, '');
            INSERT INTO credential VALUES ('MYBBS', 'default', 'verifier', NULL, 1000, 2000);
            """
        );

        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);

        Credential one = Assert.Single((await ((IAccountStore)store).FindAsync("MYBBS", Ct))!.Credentials);
        Assert.Equal(("default", "verifier"), (one.Name, one.Verifier));
        Assert.Equal(new CredentialUse(DateTimeOffset.FromUnixTimeMilliseconds(2000), "", "", ""), one.LastUse);
    }

    [Fact]
    public async Task A_key_and_what_an_account_requires_survive_a_restart_and_a_key_is_one_accounts()
    {
        var id = QwkId.Parse("MYBBS");
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        var credential = new Credential(id, "yubikey", "", null, _time.GetUtcNow(), LastUse: null, key);
        await using (SqliteStore store = SqliteStore.Open(_folder.Path, _time))
        {
            await store.AddAsync(new Account(id, _time.GetUtcNow()), Ct);
            Assert.False(await store.HasKeysAsync(Ct));
            await store.SetCredentialAsync(credential, Ct);
            Assert.True(await store.HasKeysAsync(Ct));
            await store.SetSignInRuleAsync(id, new SignInRule(["EXTERNAL", "SCRAM-SHA-256"], RequiresTls: true), Ct);
            await store.AddAsync(new Account(QwkId.Parse("OTHER"), _time.GetUtcNow()), Ct);
            await Assert.ThrowsAnyAsync<Exception>(async () =>
                await store.SetCredentialAsync(credential with { Account = QwkId.Parse("OTHER") }, Ct)
            );
        }

        await using SqliteStore again = SqliteStore.Open(_folder.Path, _time);

        Assert.Equal("yubikey", (await again.FindKeyAsync(key, Ct))?.Name);
        Assert.Null(await again.FindKeyAsync(new byte[32], Ct));
        SignInRule rule = (await again.ListAsync(Ct)).Single(account => account.Id == id).SignIn!;
        Assert.Equal((true, "EXTERNAL SCRAM-SHA-256"), (rule.RequiresTls, string.Join(' ', rule.Mechanisms)));
        await again.SetSignInRuleAsync(id, SignInRule.Any, Ct);
        Assert.Null((await again.ListAsync(Ct)).Single(account => account.Id == id).SignIn);
    }

    [Fact]
    public async Task A_suspension_and_what_it_held_survive_a_restart()
    {
        var id = QwkId.Parse("MY-BBS");
        var suspension = new Suspension(
            "spam",
            _time.GetUtcNow(),
            _time.GetUtcNow() + TimeSpan.FromDays(1),
            QueuedMail.Drop,
            SuspendedAnswer.Refuse
        );
        await using (SqliteStore store = SqliteStore.Open(_folder.Path, _time))
        {
            await store.AddAsync(new Account(id, _time.GetUtcNow()), Ct);
            await store.SetSuspensionAsync(id, suspension, Ct);
            await store.SetRelayingSuspensionAsync(suspension with { Reason = "blocklist" }, Ct);
            await store.NoteAsync(
                new AuditEntry(_time.GetUtcNow(), new Operator("vince", "192.0.2.1"), "account suspend", "MY-BBS", "spam"),
                Ct
            );
        }

        await using SqliteStore again = SqliteStore.Open(_folder.Path, _time);

        Assert.Equal(suspension, Assert.Single(await again.ListAsync(Ct)).Suspension);
        Assert.Equal("blocklist", (await again.FindRelayingSuspensionAsync(Ct))!.Reason);
        Assert.Equal("vince", Assert.Single(await again.ListAuditAsync("MY-BBS", 10, Ct)).Who.Name);
        Assert.Empty(await again.ListAuditAsync("OTHER", 10, Ct));
    }

    /// <summary>As a program of that schema would have left it.</summary>
    private void MakeStoreOf(int schema, string sql)
    {
        using var session = new SqliteSession(_folder.File(SqliteStore.FileName), readOnly: false);
        session.Run("CREATE TABLE migration (number INTEGER PRIMARY KEY, checksum TEXT NOT NULL, applied INTEGER NOT NULL)");
        foreach (Schema.Migration migration in Schema.Known().Where(known => known.Number <= schema))
        {
            session.Run(migration.Sql);
            session.Execute("INSERT INTO migration VALUES (?1, ?2, 0)", migration.Number, migration.Checksum);
        }

        session.Run(sql);
    }
}
