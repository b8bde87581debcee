using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Hub;

/// <summary>Who was stopped and goes on sending is refused at a pace that the other accounts do not feel.</summary>
public sealed class RefusalPaceTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_full_queue_is_refused_at_once_and_after_that_fifty_a_second()
    {
        var pace = new RefusalPace(_clock);

        Assert.All(Pauses(pace, RefusalPace.AtOnce), pause => Assert.Equal(TimeSpan.Zero, pause));
        Assert.Equal([20, 40, 60], Pauses(pace, 3).Select(pause => (int)pause.TotalMilliseconds));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(50 - 3, Pauses(pace, 50).Count(pause => pause == TimeSpan.Zero));
    }

    [Fact]
    public void Nobody_waits_longer_than_his_own_program_would_however_many_connections_wait()
    {
        var pace = new RefusalPace(_clock);

        Assert.Equal(RefusalPace.Longest, Pauses(pace, 20_000).Max());
        // And they are owed no more than that.
        _clock.Advance(RefusalPace.Longest + RefusalPace.Step);
        Assert.Equal(TimeSpan.Zero, pace.Next());
    }

    [Fact]
    public void A_clock_that_is_put_back_makes_nobody_wait()
    {
        var time = new MovableClock { Now = _clock.GetUtcNow() };
        var pace = new RefusalPace(time);
        _ = Pauses(pace, 1_000);

        time.Now -= TimeSpan.FromDays(1);

        Assert.Equal(TimeSpan.Zero, pace.Next());
    }

    private static List<TimeSpan> Pauses(RefusalPace pace, int refusals) =>
        [.. Enumerable.Range(0, refusals).Select(_ => pace.Next())];

    private sealed class MovableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
