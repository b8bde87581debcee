using System.Collections.Concurrent;

namespace Packetboat.Bench.Relay;

/// <summary>All besiegers, and how they fare.</summary>
internal sealed class Crowd(TimeSpan untilReturn, TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _running = [];
    private readonly ConcurrentDictionary<string, int> _there = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _turnedAway = new(StringComparer.Ordinal);
    private int _thrownOut;

    public TimeSpan UntilReturn => untilReturn;

    /// <summary>Those who have got as far as they wanted, now.</summary>
    public int There => _there.Values.Sum();

    /// <summary>Had got there, and had to go.</summary>
    public int ThrownOuts => Volatile.Read(ref _thrownOut);

    /// <summary>Did not get there.</summary>
    public int TurnedAways => _turnedAway.Values.Sum();

    /// <summary>Those who have got there, by listener and phase.</summary>
    public string Places =>
        string.Join(", ", _there.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} {e.Value}"));

    /// <summary>What those heard who did not get there, the most frequent first.</summary>
    public string Reasons =>
        string.Join("; ", _turnedAway.OrderByDescending(e => e.Value).Take(4).Select(e => $"{e.Value} × {e.Key}"));

    public void Add(Func<Crowd, Besieger> make) => _running.Add(make(this).RunAsync(_end.Token));

    /// <summary>Waits until nobody comes any more, or long enough.</summary>
    public async Task AssembleAsync(CancellationToken ct)
    {
        int wanted = _running.Count;
        for (int i = 0; i < 50 && There < wanted; i++)
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, ct);
    }

    public void Came(BesiegerPlan plan) => _there.AddOrUpdate(Key(plan), 1, (_, n) => n + 1);

    public void Left(BesiegerPlan plan) => _there.AddOrUpdate(Key(plan), 0, (_, n) => n - 1);

    public void ThrownOut() => Interlocked.Increment(ref _thrownOut);

    public void TurnedAway(BesiegerPlan plan, string why)
    {
        // "421 4.7.0 mail.example: too many connections, try again later": one entry, whoever hears it.
        string reason = why.StartsWith("421", StringComparison.Ordinal) ? why : $"{Key(plan)}: {why}";
        _turnedAway.AddOrUpdate(reason, 1, (_, n) => n + 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_running);
        _end.Dispose();
    }

    private static string Key(BesiegerPlan plan) => $"{plan.Door}/{plan.Name}";
}
