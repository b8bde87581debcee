using System.Data.Common;
using System.Globalization;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Alarms;

/// <summary>
/// Compares our clock with another server's, whoever has heard what time it is there. That says that one of the two is wrong; the text says
/// so. It is over when the same server's is near again, or nobody has heard of it for a day.
/// </summary>
public sealed class ClockComparison(IAlarmStore store, MailLog log, TimeProvider time) : IDisposable
{
    /// <summary>Less is a slow network, or somebody's bad clock, and harms nothing.</summary>
    public static readonly TimeSpan TooMuch = TimeSpan.FromMinutes(5);

    /// <summary>Near again.</summary>
    public static readonly TimeSpan Little = TimeSpan.FromMinutes(2);

    /// <summary>A server that is not asked any more, or tells the time no more, says nothing about now.</summary>
    public static readonly TimeSpan Counts = TimeSpan.FromDays(1);

    private const int MostServers = 100;

    internal static ClockDistance Distance(TimeSpan difference) =>
        difference.Duration() >= TooMuch ? ClockDistance.Far
        : difference.Duration() > Little ? ClockDistance.Between
        : ClockDistance.Near;

    private readonly SemaphoreSlim _oneByOne = new(1); // many connections are made together: one of them raises it
    private readonly Dictionary<string, long> _heard = new(StringComparer.Ordinal); // by key; within it
    private readonly long _begun = time.GetTimestamp();

    /// <param name="whose">In words, such as <c>the relay hub.example</c>.</param>
    /// <param name="theirs">What time it is there.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>False: the disk did not let us; another time it may.</returns>
    public async Task<bool> CompareAsync(string whose, DateTimeOffset theirs, CancellationToken ct)
    {
        string key = $"{AlarmCatalogue.Clock.Prefix}:{whose}";
        await _oneByOne.WaitAsync(ct);
        try
        {
            if (_heard.Count >= MostServers)
                _heard.Clear();
            _heard[key] = time.GetTimestamp();
            await JudgeAsync(key, whose, theirs, ct);
            return true;
        }
        catch (Exception fault) when (fault is IOException or DbException)
        {
            // The disk's trouble has alarms of its own, and whoever told the time does so again. His connection is wanted for more than that.
            return false;
        }
        finally
        {
            _oneByOne.Release();
        }
    }

    /// <summary>Ends those of the alarms that nothing has been heard about for so long that they do not count.</summary>
    public async Task EndOldAsync(IEnumerable<Alarm> alarms, CancellationToken ct)
    {
        foreach (Alarm alarm in alarms)
        {
            await _oneByOne.WaitAsync(ct);
            try
            {
                if (time.GetElapsedTime(_heard.GetValueOrDefault(alarm.Key, _begun)) < Counts)
                    continue;
                await store.ClearAlarmAsync(alarm.Key, ct);
                log.AlarmCleared(alarm.Key);
            }
            finally
            {
                _oneByOne.Release();
            }
        }
    }

    public void Dispose() => _oneByOne.Dispose();

    private async Task JudgeAsync(string key, string whose, DateTimeOffset theirs, CancellationToken ct)
    {
        DateTimeOffset ours = time.GetUtcNow();
        TimeSpan difference = (ours - theirs).Duration();
        bool isOpen = (await store.AlarmsAsync(ct)).Any(alarm => alarm.Key == key);
        if (Distance(difference) == ClockDistance.Far && !isOpen)
        {
            string how = ours > theirs ? "ahead of" : "behind";
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"our clock is {difference.TotalMinutes:0} minutes {how} that of {whose}; one of the two is wrong. Let a time service keep ours"
            );
            await store.RaiseAlarmAsync(new Alarm(key, ours, text), ct);
            log.AlarmRaised(key, text);
        }
        else if (Distance(difference) == ClockDistance.Near && isOpen)
        {
            await store.ClearAlarmAsync(key, ct);
            log.AlarmCleared(key);
        }
    }
}
