using Packetboat.Relay.Alarms;

namespace Packetboat.Relay.Tests.Alarms;

/// <summary>The clocks of servers that mail goes to, each of which may be wrong himself.</summary>
public sealed class StrangerClocksTests : IAsyncDisposable
{
    private const int Patience = 30_000;
    private const string Key = $"clock:{StrangerClocks.Whose}";

    private readonly AlarmRig _rig = new();
    private readonly ClockComparison _comparison;
    private readonly StrangerClocks _clocks;

    public StrangerClocksTests()
    {
        _comparison = new ClockComparison(_rig.Store, _rig.Log, _rig.Time);
        _clocks = new StrangerClocks(_comparison, _rig.Time);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _comparison.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Three_owners_who_say_the_same_make_an_alarm_and_one_who_agrees_with_us_ends_it()
    {
        await HearAsync("mx1.a.example.com", -20);
        await HearAsync("mx.b.example.net", -25);
        Assert.Null(await _rig.TextAsync(Key));
        await HearAsync("mx.c.example.org", -21);
        Assert.StartsWith(
            "our clock is 20 minutes ahead of that of three servers of different owners that mail goes to",
            await _rig.TextAsync(Key),
            StringComparison.Ordinal
        );

        await HearAsync("mx.d.example", 0);
        Assert.Null(await _rig.TextAsync(Key));
    }

    /// <summary>Else each owner that somebody names would be kept.</summary>
    [Fact(Timeout = Patience)]
    public async Task The_last_three_count_and_no_others()
    {
        await HearAsync("mx.a.com", 0);
        await HearAsync("mx.b.com", -20);
        await HearAsync("mx.c.com", -20);
        Assert.Null(await _rig.TextAsync(Key));
        await HearAsync("mx.d.com", -20);
        Assert.NotNull(await _rig.TextAsync(Key));
    }

    [Fact(Timeout = Patience)]
    public async Task What_could_not_be_said_is_said_the_next_time()
    {
        using (var gone = new CancellationTokenSource())
        {
            await HearAsync("mx.a.com", -20);
            await HearAsync("mx.b.com", -20);
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
                await _clocks.HearAsync("mx.c.com", _rig.Time.GetUtcNow().AddMinutes(-20), gone.Token)
            );
        }

        Assert.Null(await _rig.TextAsync(Key));
        await HearAsync("mx.c.com", -20);
        Assert.NotNull(await _rig.TextAsync(Key));
    }

    [Theory(Timeout = Patience)]
    [InlineData("mx1.a.co.uk -20 mx2.a.co.uk -20 mx3.a.co.uk -20")] // one owner
    [InlineData("mx.a.com -20 mx.b.com 20 mx.c.com 20")] // they disagree
    [InlineData("mx.a.com -20 mx.b.com -20 mx.c.com -3")]
    [InlineData("mx.a.com -20 mx.b.com -20 mx.c.com 0 mx.b.com -20")]
    public async Task Whoever_may_be_wrong_himself_makes_none(string heard)
    {
        string[] words = heard.Split(' ');
        for (int i = 0; i < words.Length; i += 2)
            await HearAsync(words[i], int.Parse(words[i + 1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Empty(await _rig.OpenAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task What_was_heard_long_ago_does_not_count()
    {
        await HearAsync("mx.a.com", -20);
        await HearAsync("mx.b.com", -20);
        _rig.Time.Advance(TimeSpan.FromDays(1));
        await HearAsync("mx.c.com", -20);
        Assert.Empty(await _rig.OpenAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task While_nothing_changes_the_alarms_are_looked_at_once_an_hour()
    {
        await AllSayAsync(-20);
        await _rig.Store.ClearAlarmAsync(Key, Ct);
        await AllSayAsync(-20);
        Assert.Null(await _rig.TextAsync(Key));
        _rig.Time.Advance(TimeSpan.FromHours(1));
        await AllSayAsync(-20);
        Assert.NotNull(await _rig.TextAsync(Key));
    }

    private async Task AllSayAsync(int minutes)
    {
        foreach (string host in (string[])["mx.a.com", "mx.b.com", "mx.c.com"])
            await HearAsync(host, minutes);
    }

    private async Task HearAsync(string host, int minutes) =>
        await _clocks.HearAsync(host, _rig.Time.GetUtcNow().AddMinutes(minutes), Ct);
}
