using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.TransportSecurity;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

/// <summary>What protects a domain from whoever keeps us from its web server must outlive us.</summary>
public sealed class PolicyStoreTests : IDisposable
{
    private const string Text = "version: STSv1\nmode: enforce\nmx: mx.far.example\nmax_age: 604800\n";

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TestMail.Noon);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_policy_is_known_after_a_restart_and_until_it_expires()
    {
        var policy = new CachedPolicy("far.example", "1", Text, TestMail.Noon, TestMail.Noon.AddDays(7));
        await using (SqliteStore first = SqliteStore.Open(_folder.Path, _time))
            await first.KeepPolicyAsync(policy, Ct);

        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);
        CachedPolicy? found = store.FindPolicy("far.example");
        Assert.Equal(
            (policy.Id, policy.Text, policy.Fetched, policy.Expires),
            (found?.Id, found?.Text, found?.Fetched, found?.Expires)
        );
        Assert.Equal(MtaStsMode.Enforce, found!.Policy?.Mode);
        Assert.Null(store.FindPolicy("near.example"));
        _time.Advance(TimeSpan.FromDays(7));
        Assert.Null(store.FindPolicy("far.example"));
    }

    [Fact]
    public async Task Another_policy_takes_its_place()
    {
        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);
        await store.KeepPolicyAsync(new CachedPolicy("far.example", "1", Text, TestMail.Noon, TestMail.Noon.AddDays(7)), Ct);
        await store.KeepPolicyAsync(new CachedPolicy("far.example", "2", Text, TestMail.Noon, TestMail.Noon.AddDays(9)), Ct);
        Assert.Equal("2", store.FindPolicy("far.example")?.Id);
    }
}
