using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Tokens;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

public sealed class TokenStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TestMail.Noon);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_last_refresh_token_is_there_after_a_restart_until_it_is_forgotten()
    {
        var token = new StoredToken("office", [1, 2, 3], TestMail.Noon, TestMail.Noon.AddDays(90));
        await using (SqliteStore first = SqliteStore.Open(_folder.Path, _time))
        {
            await first.KeepTokenAsync(token with { Sealed = [9], Ends = null }, Ct);
            Assert.Null(first.FindToken("office")!.Ends);
            await first.KeepTokenAsync(token, Ct);
        }

        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);
        StoredToken found = store.FindToken("office")!;
        Assert.Equal(token, found with { Sealed = token.Sealed });
        Assert.Equal(token.Sealed, found.Sealed);
        Assert.True(await store.ForgetTokenAsync("office", Ct));
        Assert.False(await store.ForgetTokenAsync("office", Ct));
        Assert.Null(store.FindToken("office"));
    }
}
