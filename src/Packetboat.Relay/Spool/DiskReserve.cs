using System.Globalization;

namespace Packetboat.Relay.Spool;

/// <summary>
/// Closes the spool before the disk is full: what was accepted must still be written down as delivered, deferred or bounced, and the machine
/// has other uses for its disk. Opens again by itself.
/// </summary>
/// <param name="reserve">Octets; 0: none. <c>DiskReserve</c>.</param>
/// <param name="free">Octets that are free now.</param>
/// <param name="time">The clock.</param>
public sealed class DiskReserve(Func<long> reserve, Func<long> free, TimeProvider time)
{
    /// <summary>How long an answer holds: the disk is not asked for each message.</summary>
    private static readonly TimeSpan Holds = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long? _asked;
    private string? _refusal;

    /// <summary>Told the new reason, or that there is none any more.</summary>
    public event Action<string?>? Changed;

    /// <summary>The space that users other than root have left where a directory lies; what cannot be asked is taken for enough.</summary>
    public static long FreeIn(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }

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

    private static string? Judge(long left, long kept) =>
        left >= kept
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{left >> 20} MiB of disk are left, and DiskReserve keeps {kept >> 20}"
            );
}
