using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Queue;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

/// <summary>An alarm is one thing for those outside, whatever it does here: raised once and cleared once.</summary>
public sealed class AlarmStoreTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TestMail.Noon);
    private SqliteStore _store;

    public AlarmStoreTests() => _store = SqliteStore.Open(_folder.Path, _time);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Raised_again_it_is_no_news_whatever_its_text_says_now()
    {
        await RaiseAsync("settings", "a mistake");
        await RaiseAsync("settings", "another mistake");

        AlarmEvent only = Assert.Single(await EventsAsync());
        Assert.Equal(("settings", "a mistake", false), (only.Kind.Id, only.Text, only.IsCleared));
    }

    [Fact]
    public async Task A_restart_neither_repeats_it_nor_loses_it()
    {
        await RaiseAsync("settings", "a mistake");
        await RestartAsync();
        await RaiseAsync("settings", "a mistake");
        await _store.ClearAlarmAsync("settings", Ct);
        await _store.ClearAlarmAsync("settings", Ct);

        Assert.Equal(["raised", "cleared"], (await EventsAsync()).Select(e => e.Word));
    }

    [Fact]
    public async Task What_becomes_worse_is_news()
    {
        await RaiseAsync("route:relay hub.example:587", "it is down", "route-down");
        await RaiseAsync("route:relay hub.example:587", "it refuses us", "route-parked");

        Assert.Equal(["route-down", "route-parked"], (await EventsAsync()).Select(e => e.Kind.Id));
    }

    [Fact]
    public async Task What_comes_and_goes_is_one_alarm_until_it_has_been_gone_for_a_while()
    {
        await RaiseAsync("disk", "it is full");
        for (int i = 0; i < 10; i++)
        {
            await _store.ClearAlarmAsync("disk", Ct);
            Assert.Empty(await _store.AlarmsAsync(Ct));
            _time.Advance(AlarmCatalogue.Disk.Settle - TimeSpan.FromSeconds(1));
            Assert.Equal(0, await _store.SettleAlarmsAsync(Ct));
            await RaiseAsync("disk", "it is full");
        }

        Assert.Single(await EventsAsync());
        await _store.ClearAlarmAsync("disk", Ct);
        _time.Advance(AlarmCatalogue.Disk.Settle);
        await RestartAsync();
        Assert.Equal(1, await _store.SettleAlarmsAsync(Ct));
        Assert.Equal(["raised", "cleared"], (await EventsAsync()).Select(e => e.Word));
        Assert.Equal(TestMail.Noon, (await EventsAsync())[1].Raised);
    }

    [Fact]
    public async Task An_operator_s_word_is_told_at_once()
    {
        await RaiseAsync("disk", "it is full");
        Assert.True(await _store.DismissAlarmAsync("disk", Ct));
        Assert.False(await _store.DismissAlarmAsync("disk", Ct));
        Assert.Equal(["raised", "cleared"], (await EventsAsync()).Select(e => e.Word));
    }

    [Fact]
    public async Task Events_are_bounded_and_keep_their_order_and_their_ids()
    {
        for (int i = 0; i < (IAlarmStore.MaxEvents / 2) + 3; i++)
        {
            await RaiseAsync($"limit:A:{i}", "used up");
            await _store.ClearAlarmAsync($"limit:A:{i}", Ct);
        }

        IReadOnlyList<AlarmEvent> events = await _store.AlarmEventsAsync(0, int.MaxValue, Ct);
        Assert.Equal(IAlarmStore.MaxEvents, events.Count);
        Assert.Equal(events.Count, events.Select(e => e.Id).Distinct().Count());
        Assert.Equal(events.Select(e => e.Number).Order(), events.Select(e => e.Number));
        Assert.Equal("limit:A:3", events[0].Key);
    }

    [Fact]
    public async Task How_far_somebody_has_come_survives_a_restart()
    {
        Assert.Null(await _store.SeenAsync("webhook", Ct));
        await _store.NoteSeenAsync("webhook", 7, Ct);
        await _store.NoteSeenAsync("webhook", 8, Ct);
        await RestartAsync();
        Assert.Equal(8, await _store.SeenAsync("webhook", Ct));
    }

    private Task RaiseAsync(string key, string text, string kind = "") =>
        _store.RaiseAlarmAsync(new Alarm(key, _time.GetUtcNow(), text, kind), Ct);

    private Task<IReadOnlyList<AlarmEvent>> EventsAsync() => _store.AlarmEventsAsync(0, 100, Ct);

    private async Task RestartAsync()
    {
        await _store.DisposeAsync();
        _store = SqliteStore.Open(_folder.Path, _time);
    }
}
