using Packetboat.Relay.Alarms;

namespace Packetboat.Relay.Tests.Alarms;

/// <summary>Two servers have told a time that is twenty minutes ahead of ours: a third of another owner makes it an alarm.</summary>
internal sealed class ClockRig : IAsyncDisposable
{
    private readonly AlarmRig _rig = new();
    private readonly ClockComparison _comparison;

    private ClockRig()
    {
        _comparison = new ClockComparison(_rig.Store, _rig.Log, _rig.Time);
        Clocks = new StrangerClocks(_comparison, _rig.Time);
    }

    public StrangerClocks Clocks { get; }

    /// <summary>What time it is there.</summary>
    public DateTimeOffset Theirs => _rig.Time.GetUtcNow().AddMinutes(20);

    public static async Task<ClockRig> OpenAsync(string first = "mx.one.example", string second = "mx.two.example")
    {
        var rig = new ClockRig();
        foreach (string host in (string[])[first, second])
            await rig.Clocks.HearAsync(host, rig.Theirs, TestContext.Current.CancellationToken);
        return rig;
    }

    public async Task<bool> IsAlarmAsync() => await _rig.TextAsync($"clock:{StrangerClocks.Whose}") is not null;

    public async ValueTask DisposeAsync()
    {
        _comparison.Dispose();
        await _rig.DisposeAsync();
    }
}
