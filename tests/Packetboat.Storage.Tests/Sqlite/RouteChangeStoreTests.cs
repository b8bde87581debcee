using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Operations;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

public sealed class RouteChangeStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TestMail.Noon);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_latest_changes_are_known_after_a_restart_and_the_oldest_forgotten()
    {
        await using (SqliteStore first = SqliteStore.Open(_folder.Path, _time))
            for (int i = 0; i < 5; i++)
                await first.NoteRouteChangeAsync(Change(i), kept: 3);

        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);
        Assert.Equal([Change(4), Change(3), Change(2)], store.RouteChanges(9));
        Assert.Equal([Change(4)], store.RouteChanges(1));
    }

    private static RouteChange Change(int number) => new(TestMail.Noon.AddMinutes(number), $"change {number}");
}
