using System.Globalization;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Alarms;

/// <summary>
/// Compares our clock with another server's, whoever has heard what time it is there. That says that one of the two is wrong; the text says
/// so. It is over when the same server's is near again.
/// </summary>
public sealed class ClockComparison(IAlarmStore store, MailLog log, TimeProvider time)
{
    /// <summary>Less is a slow network, or somebody's bad clock, and harms nothing.</summary>
    public static readonly TimeSpan TooMuch = TimeSpan.FromMinutes(5);

    /// <summary>Near again.</summary>
    public static readonly TimeSpan Little = TimeSpan.FromMinutes(2);

    /// <param name="whose">In words, such as <c>the relay hub.example</c>.</param>
    /// <param name="theirs">What time it is there.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async Task CompareAsync(string whose, DateTimeOffset theirs, CancellationToken ct)
    {
        DateTimeOffset ours = time.GetUtcNow();
        TimeSpan difference = (ours - theirs).Duration();
        string key = $"{AlarmCatalogue.Clock.Prefix}:{whose}";
        bool isOpen = (await store.AlarmsAsync(ct)).Any(alarm => alarm.Key == key);
        if (difference >= TooMuch && !isOpen)
        {
            string how = ours > theirs ? "ahead of" : "behind";
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"our clock is {difference.TotalMinutes:0} minutes {how} that of {whose}; one of the two is wrong. Let a time service keep ours"
            );
            await store.RaiseAlarmAsync(new Alarm(key, ours, text), ct);
            log.AlarmRaised(key, text);
        }
        else if (difference <= Little && isOpen)
        {
            await store.ClearAlarmAsync(key, ct);
            log.AlarmCleared(key);
        }
    }
}
