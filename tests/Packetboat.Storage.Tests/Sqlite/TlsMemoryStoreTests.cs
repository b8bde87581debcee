using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.TransportSecurity;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

/// <summary>Who sits on the way is found by what we know of a server, so it must outlive us.</summary>
public sealed class TlsMemoryStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TestMail.Noon);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_server_is_known_after_a_restart_until_it_is_forgotten()
    {
        var habit = new TlsHabit("mx.far.example", 3, TestMail.Noon.AddDays(-9), TestMail.Noon);
        await using (SqliteStore first = SqliteStore.Open(_folder.Path, _time))
        {
            await first.KeepHabitAsync(habit with { Handshakes = 2 });
            await first.KeepHabitAsync(habit);
        }

        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);
        Assert.Equal(habit, store.FindHabit("mx.far.example"));
        Assert.Null(store.FindHabit("mx.near.example"));
        Assert.True(await store.ForgetHabitAsync("mx.far.example", Ct));
        Assert.Null(store.FindHabit("mx.far.example"));
        Assert.False(await store.ForgetHabitAsync("mx.far.example", Ct));
    }

    [Fact]
    public async Task Those_that_count_are_listed_the_most_recent_first()
    {
        await using (SqliteStore first = SqliteStore.Open(_folder.Path, _time))
        {
            await first.KeepHabitAsync(new TlsHabit("a.example", 3, TestMail.Noon, TestMail.Noon.AddDays(1)));
            await first.KeepHabitAsync(new TlsHabit("b.example", 3, TestMail.Noon, TestMail.Noon.AddDays(2)));
            await first.KeepHabitAsync(new TlsHabit("few.example", 2, TestMail.Noon, TestMail.Noon.AddDays(2)));
            await first.KeepHabitAsync(new TlsHabit("old.example", 3, TestMail.Noon, TestMail.Noon));
        }

        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);
        Assert.Equal(["b.example", "a.example"], store.ListHabits(3, TestMail.Noon, 9).Select(habit => habit.Host));
        Assert.Equal(["b.example"], store.ListHabits(3, TestMail.Noon, 1).Select(habit => habit.Host));
    }
}
