using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Shaping;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

/// <summary>A provider comes to know an address over weeks, so it must outlive us.</summary>
public sealed class WarmUpStoreTests : IDisposable
{
    private static readonly DateOnly Day = new(2026, 3, 1);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TestMail.Noon);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_sent_is_known_after_a_restart_until_the_address_is_forgotten()
    {
        var last = new WarmUpDay("192.0.2.1", "google", 4, Day, 17);
        await using (SqliteStore first = SqliteStore.Open(_folder.Path, _time))
        {
            await first.KeepWarmUpAsync(() => last with { Used = 16 });
            await first.KeepWarmUpAsync(() => last);
            await first.KeepWarmUpAsync(() => new WarmUpDay("192.0.2.1", ".other.example", 1, Day.AddDays(1), 1));
            await first.KeepWarmUpAsync(() => new WarmUpDay("192.0.2.2", "google", 1, Day.AddDays(-1), 2));
        }

        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);
        Assert.Equal(last, store.FindWarmUp("192.0.2.1", "google"));
        Assert.Null(store.FindWarmUp("192.0.2.1", "microsoft"));
        Assert.Equal([1, 17, 2], store.ListWarmUps(9).Select(day => day.Used));
        Assert.Equal([1], store.ListWarmUps(1).Select(day => day.Used));
        Assert.True(await store.ForgetWarmUpsAsync("192.0.2.1", Ct));
        Assert.Equal("192.0.2.2", Assert.Single(store.ListWarmUps(9)).Address);
        Assert.False(await store.ForgetWarmUpsAsync("192.0.2.1", Ct));
    }
}
