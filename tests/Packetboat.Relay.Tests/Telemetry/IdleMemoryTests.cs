using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Tests.Telemetry;

/// <summary>Memory goes back to the system when nobody needs it, and nobody's mail waits for that.</summary>
public sealed class IdleMemoryTests : IDisposable
{
    private readonly IdleMemory _memory;
    private long _allocated = 20 * IdleMemory.Worthwhile;
    private int _givenBack;

    public IdleMemoryTests() =>
        _memory = new IdleMemory(
            () => _allocated,
            () => _givenBack++,
            new MailLog(NullLogger<MailLog>.Instance),
            new FakeTimeProvider()
        );

    public void Dispose() => _memory.Dispose();

    [Fact]
    public async Task What_the_start_left_is_given_back_once()
    {
        await LookAsync();
        Assert.Equal(0, _givenBack);
        await LookAsync();
        Assert.Equal(1, _givenBack);
        await LookAsync(allocating: 1000);
        Assert.Equal(1, _givenBack);
    }

    [Fact]
    public async Task A_server_at_work_is_not_held_up()
    {
        for (int look = 0; look < 10; look++)
            await LookAsync(allocating: IdleMemory.Little);
        Assert.Equal(0, _givenBack);
        await LookAsync(allocating: IdleMemory.Little - 1);
        Assert.Equal(1, _givenBack);
    }

    [Fact]
    public async Task Little_by_little_it_comes_to_enough()
    {
        await LookAsync();
        await LookAsync();
        for (long left = IdleMemory.Worthwhile; left > 0; left -= IdleMemory.Worthwhile / 8)
        {
            Assert.Equal(1, _givenBack);
            await LookAsync(allocating: IdleMemory.Worthwhile / 8);
        }

        Assert.Equal(2, _givenBack);
    }

    [Fact]
    public async Task Of_this_process_what_nobody_refers_to_is_gone()
    {
        using var memory = new IdleMemory(new MailLog(NullLogger<MailLog>.Instance), new FakeTimeProvider());
        await memory.LookAsync(TestContext.Current.CancellationToken);
        WeakReference lost = Lose();
        // Other tests allocate meanwhile: the look that finds little is one of the next.
        for (int look = 0; lost.IsAlive; look++)
        {
            Assert.True(look < 1_000_000, "it was never given back");
            await memory.LookAsync(TestContext.Current.CancellationToken);
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Lose() => new(new byte[2 * IdleMemory.Worthwhile]);

    private Task LookAsync(long allocating = 0)
    {
        _allocated += allocating;
        return _memory.LookAsync(TestContext.Current.CancellationToken);
    }
}
