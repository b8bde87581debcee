namespace Packetboat.Relay.SmtpServer;

/// <summary>
/// How often something failed of late, by a key. Old failures are forgotten, and where there is no room those that were quiet longest. Not
/// safe for threads: whoever owns it locks.
/// </summary>
internal sealed class FailureCounts<TKey>(TimeProvider time, TimeSpan memory)
    where TKey : notnull
{
    private const int MaxKeys = 20_000;

    private readonly Dictionary<TKey, Failures> _failures = [];

    public void Add(TKey key)
    {
        int before = Of(key);
        if (_failures.Count >= MaxKeys)
            ForgetOldest();
        _failures[key] = new Failures(before + 1, time.GetTimestamp());
    }

    /// <summary>Since the last pause that was longer than we remember.</summary>
    public int Of(TKey key) => _failures.TryGetValue(key, out Failures known) && Age(known) < memory ? known.Count : 0;

    /// <summary>How long ago the last one was.</summary>
    public TimeSpan SinceLast(TKey key) => _failures.TryGetValue(key, out Failures known) ? Age(known) : TimeSpan.MaxValue;

    /// <summary>Takes back so many, all of them if there are no more.</summary>
    public void Forgive(TKey key, int count)
    {
        int left = Of(key) - count;
        if (left <= 0)
            _failures.Remove(key);
        else
            _failures[key] = _failures[key] with { Count = left };
    }

    private TimeSpan Age(Failures known) => time.GetElapsedTime(known.Last);

    private void ForgetOldest()
    {
        TKey[] oldest = [.. _failures.OrderBy(pair => pair.Value.Last).Take(MaxKeys / 10).Select(pair => pair.Key)];
        foreach (TKey key in oldest)
            _failures.Remove(key);
    }

    private readonly record struct Failures(int Count, long Last);
}
