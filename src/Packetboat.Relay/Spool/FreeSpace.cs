using System.Globalization;

namespace Packetboat.Relay.Spool;

/// <summary>What the machine has left, in octets. What cannot be asked is taken for enough.</summary>
public static class FreeSpace
{
    private const string MemoryInfo = "/proc/meminfo";
    private const string Available = "MemAvailable:";

    /// <summary>The space that users other than root have left where a directory lies.</summary>
    public static long OnDiskOf(string directory)
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

    /// <summary>
    /// The memory that can be had without swapping, or, where this process is given less than the machine has (a container, a unit with
    /// <c>MemoryMax</c>), what of that it has not taken yet.
    /// </summary>
    public static long InMemory()
    {
        long given = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return given > 0 ? Math.Min(OfTheMachine(), given - Environment.WorkingSet) : OfTheMachine();
    }

    private static long OfTheMachine()
    {
        try
        {
            string? line = File.ReadLines(MemoryInfo)
                .FirstOrDefault(text => text.StartsWith(Available, StringComparison.Ordinal));
            return line is null ? long.MaxValue : KibibytesIn(line.AsSpan(Available.Length)) * 1024;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return long.MaxValue;
        }
    }

    private static long KibibytesIn(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        int end = text.IndexOf(' ');
        return long.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long kibibytes)
            ? kibibytes
            : long.MaxValue / 1024;
    }
}
