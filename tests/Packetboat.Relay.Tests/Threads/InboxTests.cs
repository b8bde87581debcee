using System.Threading.Channels;
using Packetboat.Relay.Threads;

namespace Packetboat.Relay.Tests.Threads;

public sealed class InboxTests
{
    private const int Patience = 60_000;

    private readonly Inbox<string> _inbox = new(capacity: 2);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void What_was_put_first_is_taken_first()
    {
        Assert.True(_inbox.TryPut("a") && _inbox.TryPut("b"));
        Assert.True(_inbox.Wait(TimeSpan.Zero));
        Assert.True(_inbox.TryTake(out string? first) && first == "a");
        Assert.True(_inbox.TryTake(out string? second) && second == "b");
        Assert.False(_inbox.TryTake(out _) || _inbox.Wait(TimeSpan.Zero));
    }

    [Fact(Timeout = Patience)]
    public async Task Whoever_finds_it_full_waits_for_a_place()
    {
        Assert.True(_inbox.TryPut("a") && _inbox.TryPut("b"));
        Assert.False(_inbox.TryPut("c"));
        Task waiting = _inbox.PutAsync("c", Ct).AsTask();
        Assert.False(waiting.IsCompleted);

        Assert.True(_inbox.TryTake(out _));
        await waiting;
        Assert.True(_inbox.TryTake(out _) && _inbox.TryTake(out string? last) && last == "c");
    }

    [Fact(Timeout = Patience)]
    public async Task Whoever_gives_up_waiting_has_left_nothing()
    {
        Assert.True(_inbox.TryPut("a") && _inbox.TryPut("b"));
        using var giveUp = new CancellationTokenSource();
        Task waiting = _inbox.PutAsync("c", giveUp.Token).AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.True(_inbox.TryTake(out _) && _inbox.TryTake(out _));
        Assert.False(_inbox.TryTake(out _));
    }

    [Fact(Timeout = Patience)]
    public async Task Closed_it_takes_nothing_and_gives_what_it_has()
    {
        Assert.True(_inbox.TryPut("a"));
        _inbox.Close();

        Assert.False(_inbox.TryPut("b"));
        await Assert.ThrowsAsync<ChannelClosedException>(() => _inbox.PutAsync("b", Ct).AsTask());
        Assert.False(_inbox.IsClosed);
        Assert.True(_inbox.Wait(Timeout.InfiniteTimeSpan));
        Assert.True(_inbox.TryTake(out string? last) && last == "a");
        Assert.True(_inbox.IsClosed);
        Assert.False(_inbox.Wait(Timeout.InfiniteTimeSpan));
    }

    [Fact(Timeout = Patience)]
    public async Task An_owner_that_sleeps_is_woken_by_closing()
    {
        Task<bool> sleeping = Task.Factory.StartNew(
            () => _inbox.Wait(Timeout.InfiniteTimeSpan),
            Ct,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        _inbox.Close();
        Assert.False(await sleeping);
    }

    /// <summary>A wake-up that is lost leaves an owner asleep beside what it is to do: with so little room all stand still then.</summary>
    [Theory(Timeout = Patience)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Many_put_and_a_few_take_and_nobody_is_left_asleep(int owners)
    {
        const int Writers = 4;
        const int Each = 10_000;
        var taken = new int[owners];
        Task[] taking =
        [
            .. Enumerable
                .Range(0, owners)
                .Select(owner =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            while (_inbox.Wait(Timeout.InfiniteTimeSpan) || !_inbox.IsClosed)
                            while (_inbox.TryTake(out _))
                                taken[owner]++;
                        },
                        Ct,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                ),
        ];
        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(_ =>
                    Task.Run(
                        async () =>
                        {
                            for (int i = 0; i < Each; i++)
                                await _inbox.PutAsync("x", Ct);
                        },
                        Ct
                    )
                )
        );
        _inbox.Close();
        await Task.WhenAll(taking);
        Assert.Equal(Writers * Each, taken.Sum());
    }
}
