using Microsoft.Data.Sqlite;
using Packetboat.Relay.Hub;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

public sealed class EnrolmentStoreTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Hash = new byte[32];

    private readonly TemporaryFolder _folder = new();
    private SqliteStore _store;

    public EnrolmentStoreTests() => _store = Open();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task However_many_come_at_once_an_invitation_is_used_as_often_as_it_says(int uses)
    {
        await _store.AddInvitationAsync(Invitation("aaaaa", uses), Ct);

        NewNodeOutcome[] outcomes = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(i => Task.Run(() => EnrolAsync("aaaaa", $"NODE{i}", (byte)i)))
        );

        Assert.Equal(uses, outcomes.Count(outcome => outcome == NewNodeOutcome.Made));
        Assert.Equal(60 - uses, outcomes.Count(outcome => outcome == NewNodeOutcome.NotOpen));
        Assert.Equal(uses, (await _store.ListAsync(Ct)).Count);
        Assert.Equal(uses, (await _store.FindInvitationAsync("aaaaa", Ct))!.Used);
    }

    [Fact]
    public async Task A_node_that_comes_twice_at_once_is_one_node()
    {
        await _store.AddInvitationAsync(Invitation("aaaaa", 5), Ct);

        NewNodeOutcome[] outcomes = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Task.Run(() => EnrolAsync("aaaaa", "MYBBS", 1)))
        );

        Assert.Single(outcomes, NewNodeOutcome.Made);
        Assert.Equal(19, outcomes.Count(outcome => outcome == NewNodeOutcome.KnownBefore));
        Assert.Equal("MYBBS", (await _store.FindEnrolledAsync("aaaaa", Key(1), Ct))!.Text);
        Assert.Single(await _store.ListAuditAsync("MYBBS", 10, Ct));
    }

    [Fact]
    public async Task No_node_is_made_that_the_audit_trail_does_not_know()
    {
        await _store.AddInvitationAsync(Invitation("aaaaa", 1), Ct);
        await _store.RunAsync("DROP TABLE audit");

        await Assert.ThrowsAsync<SqliteException>(() => EnrolAsync("aaaaa", "MYBBS", 1));

        Assert.Empty(await _store.ListAsync(Ct));
        Assert.Equal(0, (await _store.FindInvitationAsync("aaaaa", Ct))!.Used);
    }

    [Fact]
    public async Task A_name_that_is_taken_costs_no_use()
    {
        await _store.AddInvitationAsync(Invitation("aaaaa", 1), Ct);
        await _store.AddAsync(new Account(QwkId.Parse("MY-BBS"), Noon), Ct);

        Assert.Equal(NewNodeOutcome.NameTaken, await EnrolAsync("aaaaa", "MYBBS", 1));
        Assert.Equal(NewNodeOutcome.Made, await EnrolAsync("aaaaa", "OTHER", 1));
    }

    [Fact]
    public async Task What_was_made_is_found_after_a_restart_with_its_credential()
    {
        await _store.AddInvitationAsync(Invitation("aaaaa", 1), Ct);
        await EnrolAsync("aaaaa", "MYBBS", 1);
        await _store.DisposeAsync();
        _store = Open();

        AccountWithCredentials found = (await ((IAccountStore)_store).FindAsync("MYBBS", Ct))!;
        Assert.Equal("verifier", Assert.Single(found.Credentials).Verifier);
        Assert.Equal(NewNodeOutcome.KnownBefore, await EnrolAsync("aaaaa", "MYBBS", 1));
    }

    [Fact]
    public async Task Over_or_revoked_it_makes_nothing()
    {
        await _store.AddInvitationAsync(Invitation("aaaaa", 1), Ct);
        await _store.AddInvitationAsync(Invitation("bbbbb", 1), Ct);

        Assert.True(await _store.RevokeInvitationAsync("bbbbb", Noon, Ct));
        Assert.False(await _store.RevokeInvitationAsync("bbbbb", Noon, Ct));
        Assert.Equal(NewNodeOutcome.NotOpen, await EnrolAsync("aaaaa", "MYBBS", 1, Noon.AddDays(7)));
        Assert.Equal(NewNodeOutcome.NotOpen, await EnrolAsync("bbbbb", "MYBBS", 1));
        Assert.Equal(NewNodeOutcome.NotOpen, await EnrolAsync("ccccc", "MYBBS", 1));
        Assert.Empty(await _store.ListAsync(Ct));
    }

    [Fact]
    public async Task Strangers_cannot_fill_the_store_with_applications()
    {
        for (int i = 0; i < Application.MaxWaiting; i++)
            Assert.True(await _store.AddApplicationAsync(Applicant($"n{i}", Noon), Ct));

        Assert.False(await _store.AddApplicationAsync(Applicant("more", Noon), Ct));
        await _store.RefuseAsync("n7", "no", Noon, Ct);
        Assert.True(await _store.AddApplicationAsync(Applicant("more", Noon), Ct));
        Assert.True(await _store.AddApplicationAsync(Applicant("later", Noon + Application.Lifetime + TimeSpan.FromDays(1)), Ct));
        Assert.Single(await _store.ListApplicationsAsync(Ct));
    }

    [Fact]
    public async Task An_approved_application_is_an_invitation_once()
    {
        await _store.AddApplicationAsync(Applicant("aaaaa", Noon), Ct);

        Assert.True(await _store.ApproveAsync(Invitation("aaaaa", 1), Ct));
        Assert.False(await _store.ApproveAsync(Invitation("aaaaa", 1), Ct));
        Assert.Null(await _store.FindApplicationAsync("aaaaa", Ct));
        Assert.False(await _store.AddApplicationAsync(Applicant("aaaaa", Noon), Ct));
        Assert.Equal(NewNodeOutcome.Made, await EnrolAsync("aaaaa", "MYBBS", 1));
    }

    /// <summary>The numbers of schema files have gaps, and a file may come later than one of a higher number.</summary>
    [Fact]
    public async Task A_schema_file_that_comes_late_is_applied_all_the_same()
    {
        await _store.RunAsync("DROP TABLE credential; DROP TABLE account; DELETE FROM migration WHERE number = 2");
        await _store.DisposeAsync();
        _store = Open();

        Assert.True(await _store.AddAsync(new Account(QwkId.Parse("MYBBS"), Noon), Ct));
    }

    private SqliteStore Open() => SqliteStore.Open(_folder.File("data"), TimeProvider.System);

    private Task<NewNodeOutcome> EnrolAsync(string invitation, string id, byte key, DateTimeOffset? now = null)
    {
        var account = new Account(QwkId.Parse(id), Noon);
        var credential = new Credential(account.Id, Credential.DefaultName, "verifier", null, Noon);
        return _store
            .EnrolAsync(new NewNode(invitation, Key(key), account, credential, null, "192.0.2.1", "v1"), now ?? Noon, Ct)
            .AsTask();
    }

    private static byte[] Key(byte first) => [first, .. new byte[31]];

    private static Invitation Invitation(string name, int uses) =>
        new(name, Hash, Id: null, "", uses, 0, Noon, Noon.AddDays(7), null, "");

    private static Application Applicant(string name, DateTimeOffset at) =>
        new(name, Hash, QwkId.Parse("MYBBS"), "", "sam@example.org", "", "192.0.2.1", at);
}
