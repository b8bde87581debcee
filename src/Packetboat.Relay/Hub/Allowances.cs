namespace Packetboat.Relay.Hub;

/// <summary>
/// For each key so many in a period, which come back one by one as it passes. Not safe for threads: whoever owns it locks. What is full
/// again is forgotten, so there are never more keys than were used in a period.
/// </summary>
internal sealed class Allowances<TKey>(TimeProvider time, int most, TimeSpan period)
    where TKey : notnull
{
    private readonly Dictionary<TKey, Left> _left = [];
    private long _swept = time.GetTimestamp();

    /// <summary>How long until there is one; zero when there is one now.</summary>
    public TimeSpan WaitOf(TKey key)
    {
        double left = Of(key);
        return left >= 1 ? TimeSpan.Zero : period * ((1 - left) / most);
    }

    public void Take(TKey key)
    {
        Sweep();
        _left[key] = new Left(Of(key) - 1, time.GetTimestamp());
    }

    private double Of(TKey key) =>
        _left.TryGetValue(key, out Left known)
            ? Math.Min(most, known.Count + (most * (time.GetElapsedTime(known.At) / period)))
            : most;

    private void Sweep()
    {
        if (time.GetElapsedTime(_swept) < period)
            return;
        _swept = time.GetTimestamp();
        foreach (TKey full in _left.Keys.Where(key => Of(key) >= most).ToArray())
            _left.Remove(full);
    }

    private readonly record struct Left(double Count, long At);
}
