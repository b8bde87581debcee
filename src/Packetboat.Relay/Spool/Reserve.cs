using System.Globalization;

namespace Packetboat.Relay.Spool;

/// <summary>
/// Closes the spool before the disk is full, or the memory: what was accepted must still be delivered, and written down as delivered, deferred
/// or bounced, and the machine has other uses for both. Opens again by itself.
/// </summary>
/// <param name="what">Of what: <c>disk</c>, <c>memory</c>.</param>
/// <param name="key">The setting that says how much.</param>
/// <param name="reserve">Octets; 0: none.</param>
/// <param name="free">Octets that are free now.</param>
/// <param name="time">The clock.</param>
public sealed class Reserve(string what, string key, Func<long> reserve, Func<long> free, TimeProvider time)
{
    /// <summary>How long an answer holds: the machine is not asked for each message.</summary>
    private static readonly TimeSpan Holds = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long? _asked;
    private string? _refusal;

    /// <summary>Of what it is one.</summary>
    public string What => what;

    /// <summary>Told the new reason, or that there is none any more.</summary>
    public event Action<string?>? Changed;

    /// <summary>Why no mail is taken now; null: it is.</summary>
    public string? Refusal
    {
        get
        {
            string? before;
            string? now;
            lock (_lock)
            {
                if (_asked is { } asked && time.GetElapsedTime(asked) < Holds)
                    return _refusal;
                (_asked, before) = (time.GetTimestamp(), _refusal);
                now = _refusal = Judge(free(), reserve());
            }

            if (before is null != now is null)
                Changed?.Invoke(now);
            return now;
        }
    }

    private string? Judge(long left, long kept) =>
        left >= kept
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{left >> 20} MiB of {what} are left, and {key} keeps {kept >> 20}");
}
