using Packetboat.Relay.Doctor;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Tests.Alarms;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>The doctor comes by himself when a route changes, and not too often.</summary>
public sealed class DoctorWatchTests : IAsyncDisposable
{
    private static readonly MovedMail Everything = new("all mail", "port 25 is blocked", TestMail.Noon, TestMail.Noon);

    private readonly AlarmRig _rig = new();
    private readonly List<string> _called = [];
    private readonly DoctorWatch _watch;
    private IReadOnlyList<MovedMail> _moves = [];
    private IReadOnlyList<RouteTrouble> _troubles = [];
    private DateTimeOffset? _lastExamined;
    private bool _isShutOut;

    public DoctorWatchTests() =>
        _watch = new DoctorWatch(
            () => _moves,
            () => _troubles,
            () => _lastExamined,
            ExamineAsync,
            _rig.Log,
            _rig.Time,
            () => _isShutOut
        );

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task What_was_so_already_when_somebody_looked_last_calls_nobody_at_the_start()
    {
        (_moves, _lastExamined) = ([Everything], TestMail.Noon);

        await _watch.LookAsync(Ct);
        await _watch.LookAsync(Ct);

        Assert.Empty(_called);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(-1)]
    public async Task What_came_about_before_a_restart_and_was_not_looked_at_any_more_is_looked_at_after_it(int? lastExamined)
    {
        _moves = [Everything];
        _lastExamined = lastExamined is { } seconds ? TestMail.Noon.AddSeconds(seconds) : null;

        await _watch.LookAsync(Ct);
        await _watch.LookAsync(Ct);

        Assert.Equal(["all mail leaves by the relay: port 25 is blocked"], _called);
    }

    [Fact]
    public async Task Mail_that_is_moved_to_the_relay_and_back_is_a_reason_each()
    {
        await _watch.LookAsync(Ct);
        _moves = [Everything];
        await _watch.LookAsync(Ct);
        await _watch.LookAsync(Ct);
        _moves = [];
        _rig.Time.Advance(DoctorWatch.Rest);
        await _watch.LookAsync(Ct);

        Assert.Equal(["all mail leaves by the relay: port 25 is blocked", "all mail leaves directly again"], _called);
        Assert.Contains(_rig.Lines, line => line.Contains("See: packetboat doctor --last", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_relay_that_is_parked_is_a_reason_and_a_server_that_is_down_is_none()
    {
        await _watch.LookAsync(Ct);
        _troubles = [Trouble("mx far.example", isParked: false)];
        await _watch.LookAsync(Ct);
        Assert.Empty(_called);

        _troubles = [.. _troubles, Trouble("relay hub.example:587", isParked: true)];
        await _watch.LookAsync(Ct);

        Assert.Equal(["relay hub.example:587 is parked: 535 5.7.8 ?no"], _called);
    }

    [Fact]
    public async Task A_relay_that_is_down_is_a_reason_and_so_is_its_return()
    {
        await _watch.LookAsync(Ct);
        _troubles = [Trouble("relay hub.example:587", isParked: false)];
        await _watch.LookAsync(Ct);
        _rig.Time.Advance(DoctorWatch.Rest);
        await _watch.LookAsync(Ct);
        _troubles = [];
        await _watch.LookAsync(Ct);

        Assert.Equal(["relay hub.example:587 does not work: 535 5.7.8 ?no", "relay hub.example:587 works again"], _called);
    }

    [Fact]
    public async Task That_nobody_can_be_reached_any_more_is_a_reason()
    {
        await _watch.LookAsync(Ct);
        _isShutOut = true;
        await _watch.LookAsync(Ct);
        await _watch.LookAsync(Ct);

        Assert.Equal(["port 25 seems to be blocked"], _called);
    }

    [Fact]
    public async Task What_changes_during_the_rest_is_looked_at_once_after_it()
    {
        await _watch.LookAsync(Ct);
        _moves = [Everything];
        await _watch.LookAsync(Ct);
        _troubles = [Trouble("relay a", isParked: true)];
        _rig.Time.Advance(DoctorWatch.Rest / 2);
        await _watch.LookAsync(Ct);
        Assert.Single(_called);

        _rig.Time.Advance(DoctorWatch.Rest / 2);
        await _watch.LookAsync(Ct);
        await _watch.LookAsync(Ct);

        Assert.Equal(2, _called.Count);
    }

    [Fact]
    public async Task Flutter_that_is_over_when_the_rest_ends_calls_nobody()
    {
        await _watch.LookAsync(Ct);
        _moves = [Everything];
        await _watch.LookAsync(Ct);
        for (int i = 0; i < 9; i++)
        {
            _rig.Time.Advance(DoctorWatch.Rest / 10);
            _moves = i % 2 == 0 ? [] : [Everything];
            await _watch.LookAsync(Ct);
        }

        _moves = [Everything];
        _rig.Time.Advance(DoctorWatch.Rest);
        await _watch.LookAsync(Ct);

        Assert.Single(_called);
    }

    private static RouteTrouble Trouble(string route, bool isParked) =>
        new(route, "535 5.7.8 \u001bno", isParked, NextTry: null, "", "", "");

    private Task<DoctorReport> ExamineAsync(string reason, CancellationToken ct)
    {
        _called.Add(reason);
        return Task.FromResult(
            new DoctorReport(TestMail.Noon, "node.example", null, null, reason, [], new Advice("As it does.", "", []))
        );
    }
}
