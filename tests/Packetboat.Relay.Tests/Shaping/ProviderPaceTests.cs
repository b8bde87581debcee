using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Shaping;

namespace Packetboat.Relay.Tests.Shaping;

public sealed class ProviderPaceTests
{
    private static readonly ProviderShape Shape = new(Connections: 10, MessagesPerConnection: 50, MessagesPerMinute: 0, "");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly ProviderPace _pace;

    public ProviderPaceTests() => _pace = new ProviderPace("Gmail", _time);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Four_connections_at_first_and_one_more_for_each_message_that_was_taken()
    {
        PacedConnection[] first = await EnterAsync(4);
        Assert.Equal(4, _pace.Window);
        foreach (PacedConnection connection in first)
            connection.Delivered();
        Assert.Equal(8, _pace.Window);
        await EnterAsync(4);
        Assert.Equal(8, _pace.Open);
    }

    [Fact]
    public async Task Never_more_than_the_table_says()
    {
        PacedConnection one = (await EnterAsync(1))[0];
        for (int i = 0; i < 100; i++)
            one.Delivered();
        await EnterAsync(9);
        Task<Turn> eleventh = _pace.EnterAsync(Shape, Ct).AsTask();
        Assert.False(eleventh.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(10));
        Turn.Later later = Assert.IsType<Turn.Later>(await eleventh);
        Assert.Equal("Gmail has 10 connections of ours, and gets 10 at a time", later.Reason);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(10), later.Until);
    }

    [Fact]
    public async Task Who_waits_has_the_place_of_who_leaves()
    {
        PacedConnection[] open = await EnterAsync(4);
        Task<Turn> waiting = _pace.EnterAsync(Shape, Ct).AsTask();
        open[2].Dispose();
        open[2].Dispose();
        Assert.IsType<Turn.Mine>(await waiting);
        Assert.Equal(4, _pace.Open);
    }

    [Fact]
    public async Task A_connection_that_lies_idle_is_asked_for_by_who_waits()
    {
        PacedConnection[] open = await EnterAsync(4);
        bool isWanted = false;
        open[0].Rest(() => isWanted = true);
        open[1].Rest(() => Assert.Fail("it is at work again"));
        open[1].Resume();
        Assert.False(isWanted);
        Task<Turn> waiting = _pace.EnterAsync(Shape, Ct).AsTask();
        Assert.True(isWanted);

        bool isWantedAtOnce = false;
        open[3].Rest(() => isWantedAtOnce = true);
        Assert.True(isWantedAtOnce);
        open[0].Dispose();
        Assert.IsType<Turn.Mine>(await waiting);
    }

    [Fact]
    public async Task After_a_request_to_slow_down_there_is_a_pause_and_half_the_connections()
    {
        PacedConnection one = (await EnterAsync(1))[0];
        for (int i = 0; i < 6; i++)
            one.Delivered();
        one.Throttled("421 4.7.28 unusual rate");
        one.Throttled("said on another connection");
        Assert.Equal(5, _pace.Window);

        Turn.Later later = Assert.IsType<Turn.Later>(await _pace.EnterAsync(Shape, Ct));
        Assert.Equal("Gmail asked us to slow down: 421 4.7.28 unusual rate", later.Reason);
        Assert.Equal(TimeSpan.FromMinutes(1), later.Until - _time.GetUtcNow());
        // What is open sends nothing either.
        Assert.Equal(later, await one.PlaceAsync(Ct));

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await one.PlaceAsync(Ct));
        // From here on it grows by one for each round, not by one for each message.
        for (int i = 0; i < 5; i++)
            one.Delivered();
        Assert.Equal(5, _pace.Window);
        one.Delivered();
        Assert.Equal(6, _pace.Window);
    }

    [Fact]
    public async Task Each_further_request_doubles_the_pause_up_to_half_an_hour_and_a_success_ends_that()
    {
        PacedConnection one = (await EnterAsync(1))[0];
        int[] minutes = [1, 2, 4, 8, 16, 32, 32];
        foreach (int pause in minutes)
        {
            one.Throttled("slow down");
            Turn.Later later = Assert.IsType<Turn.Later>(await _pace.EnterAsync(Shape, Ct));
            Assert.Equal(TimeSpan.FromMinutes(pause), later.Until - _time.GetUtcNow());
            _time.Advance(TimeSpan.FromMinutes(pause));
        }

        Assert.Equal(1, _pace.Window);
        one.Delivered();
        one.Throttled("slow down");
        Turn.Later again = Assert.IsType<Turn.Later>(await _pace.EnterAsync(Shape, Ct));
        Assert.Equal(TimeSpan.FromMinutes(1), again.Until - _time.GetUtcNow());
    }

    [Fact]
    public async Task A_crowded_host_halves_the_connections_without_a_pause()
    {
        PacedConnection one = (await EnterAsync(1))[0];
        one.Crowded();
        Assert.Equal(2, _pace.Window);
        Assert.IsType<Turn.Mine>(await _pace.EnterAsync(Shape, Ct));
    }

    [Fact]
    public async Task So_many_messages_a_minute_leave_ten_at_once_and_the_rest_evenly()
    {
        ProviderShape slow = Shape with { MessagesPerMinute = 60 };
        var connection = new PacedConnection(_pace, slow);
        for (int i = 0; i < 10; i++)
            Assert.Null(await connection.PlaceAsync(Ct));
        Task<Turn.Later?> eleventh = connection.PlaceAsync(Ct).AsTask();
        Assert.False(eleventh.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await eleventh);

        // Whoever would have to wait long lies down, and takes no place.
        Task<Turn.Later?>[] next = [.. Enumerable.Range(0, 11).Select(_ => connection.PlaceAsync(Ct).AsTask())];
        Turn.Later later = (await next[10])!;
        Assert.Equal("Gmail takes 60 messages a minute", later.Reason);
        Assert.All(next[..10], one => Assert.False(one.IsCompleted));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.All(await Task.WhenAll(next[..10]), Assert.Null);
    }

    [Fact]
    public async Task Many_who_wait_are_sent_away_at_once()
    {
        await EnterAsync(4);
        Task<Turn>[] waiting = [.. Enumerable.Range(0, 16).Select(_ => _pace.EnterAsync(Shape, Ct).AsTask())];
        Assert.IsType<Turn.Later>(await _pace.EnterAsync(Shape, Ct));
        Assert.All(waiting, one => Assert.False(one.IsCompleted));
        Assert.False(_pace.IsIdle);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_no_trace()
    {
        PacedConnection[] open = await EnterAsync(4);
        using var givesUp = new CancellationTokenSource();
        Task<Turn> waiting = _pace.EnterAsync(Shape, givesUp.Token).AsTask();
        await givesUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        foreach (PacedConnection connection in open)
            connection.Dispose();
        Assert.True(_pace.IsIdle);
    }

    private async Task<PacedConnection[]> EnterAsync(int count)
    {
        var open = new PacedConnection[count];
        for (int i = 0; i < count; i++)
            open[i] = Assert.IsType<Turn.Mine>(await _pace.EnterAsync(Shape, Ct)).Connection;
        return open;
    }
}
