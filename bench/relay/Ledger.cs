using System.Collections.Concurrent;
using System.Diagnostics;

namespace Packetboat.Bench.Relay;

/// <summary>What was sent, what was accepted, what arrived, and when. Numbers are those of the messages; time is the stopwatch's.</summary>
internal sealed class Ledger(int messages)
{
    private readonly long[] _sent = new long[messages];
    private readonly long[] _accepted = new long[messages];
    private readonly long[] _arrived = new long[messages];
    private readonly int[] _copies = new int[messages];
    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);
    private int _acceptedCount;
    private int _arrivedCount;
    private long _lastAccepted;
    private long _lastArrived;

    public int Messages => messages;

    public int Accepted => Volatile.Read(ref _acceptedCount);

    /// <summary>Different messages that arrived.</summary>
    public int Arrived => Volatile.Read(ref _arrivedCount);

    /// <summary>What went wrong, and how often.</summary>
    public IReadOnlyDictionary<string, int> Failures => _failures;

    public long LastAccepted => Volatile.Read(ref _lastAccepted);

    public long LastArrived => Volatile.Read(ref _lastArrived);

    public void Sent(int number) => _sent[number] = Stopwatch.GetTimestamp();

    public void TakenOver(int number)
    {
        long now = Stopwatch.GetTimestamp();
        _accepted[number] = now;
        Volatile.Write(ref _lastAccepted, now);
        Interlocked.Increment(ref _acceptedCount);
    }

    public void Failed(string why) => _failures.AddOrUpdate(why, 1, (_, count) => count + 1);

    public void Delivered(int number)
    {
        if (number < 0 || number >= messages)
            return;
        long now = Stopwatch.GetTimestamp();
        if (Interlocked.Increment(ref _copies[number]) > 1)
            return;
        _arrived[number] = now;
        Volatile.Write(ref _lastArrived, now);
        Interlocked.Increment(ref _arrivedCount);
    }

    /// <summary>Accepted and never arrived.</summary>
    public int Lost => Enumerable.Range(0, messages).Count(i => _accepted[i] != 0 && _copies[i] == 0);

    public int Duplicates => _copies.Sum(copies => Math.Max(0, copies - 1));

    /// <summary>From MAIL to the reply to the final dot.</summary>
    public Latencies SubmissionTimes() => SubmissionTimes(0, messages);

    /// <summary>From MAIL to the last octet at the sink.</summary>
    public Latencies JourneyTimes() =>
        Latencies.Of(
            Enumerable.Range(0, messages).Where(i => _arrived[i] != 0 && _sent[i] != 0).Select(i => _arrived[i] - _sent[i])
        );

    /// <summary>As above, of those between two numbers.</summary>
    public Latencies SubmissionTimes(int from, int to) =>
        Latencies.Of(Enumerable.Range(from, to - from).Where(i => _accepted[i] != 0).Select(i => _accepted[i] - _sent[i]));
}
