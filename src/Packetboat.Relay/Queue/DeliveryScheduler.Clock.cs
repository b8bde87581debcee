namespace Packetboat.Relay.Queue;

/// <summary>
/// What to do about a clock that was ahead and has been set right. Times that were reckoned by it lie far off, and what waits for them would
/// wait for as long as the clock was wrong: a board without a battery that has slept, a machine that was moved in time by mistake.
/// </summary>
public sealed partial class DeliveryScheduler
{
    /// <summary>Less than this is a clock being disciplined.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(10);

    private (DateTimeOffset Wall, long Timestamp) _lastLook;
    private bool _owesBringingForward = true; // the clock may have been set right while nobody ran

    /// <returns>The time.</returns>
    private async Task<DateTimeOffset> MindTheClockAsync(CancellationToken stopping)
    {
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset expected = _lastLook.Wall + _time.GetElapsedTime(_lastLook.Timestamp);
        _lastLook = (now, _time.GetTimestamp());
        if (now < expected - ClockTolerance)
            SetBack(now, expected - now);
        if (!_owesBringingForward)
            return now;
        // Nothing is ever tried later than after the longest pause.
        await _store.BringForwardAsync(now + _settings().Limits.Longest, stopping);
        _owesBringingForward = false;
        return now;
    }

    private void SetBack(DateTimeOffset now, TimeSpan by)
    {
        _log.ClockSetBack(by);
        _owesBringingForward = true;
        (_nextSurvey, _triesBegun, _roundBegun) = (now, now - RestAfterTries, now);
        lock (_lock)
        {
            (_surveyedUntil, _soonest) = (DateTimeOffset.MinValue, now);
            foreach (Lane lane in _lanes.All.Where(lane => lane.ClosedUntil > now))
                lane.ProbeNow(now);
        }
    }
}
