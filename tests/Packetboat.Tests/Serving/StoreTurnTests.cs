using Microsoft.Extensions.Time.Testing;
using Packetboat.Storage.Sqlite;

namespace Packetboat.Tests.Serving;

/// <summary>A command has the store for a moment, and costs nobody else his start.</summary>
public sealed class StoreTurnTests
{
    private readonly FakeTimeProvider _time = new();
    private int _tries;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_finds_it_in_use_waits_until_it_is_free()
    {
        Task<string> turn = WaitAsync(busyFor: 3);
        await AdvanceAsync(turn);
        Assert.Equal(("open", 4), (await turn, _tries));
    }

    [Fact]
    public async Task Who_finds_it_in_use_for_longer_than_any_command_is_refused()
    {
        DateTimeOffset begun = _time.GetUtcNow();
        Task<string> turn = WaitAsync(busyFor: int.MaxValue);
        await AdvanceAsync(turn);
        await Assert.ThrowsAsync<StoreInUseException>(() => turn);
        Assert.True(_time.GetUtcNow() - begun >= StoreTurn.Patience);
    }

    [Fact]
    public async Task Another_trouble_is_not_waited_for()
    {
        await Assert.ThrowsAsync<IOException>(() =>
            StoreTurn.WaitAsync<string>(() => throw new IOException("the disk refuses"), _time, Ct)
        );
    }

    private Task<string> WaitAsync(int busyFor) =>
        StoreTurn.WaitAsync(
            () => _tries++ < busyFor ? throw new StoreInUseException("busy") : Task.FromResult("open"),
            _time,
            Ct
        );

    private async Task AdvanceAsync(Task turn)
    {
        while (!turn.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
    }
}
