using System.Globalization;

namespace Packetboat.Relay.Spool;

/// <summary>What the machine has left, in octets. What cannot be asked is taken for enough.</summary>
public static class FreeSpace
{
    private const string MemoryInfo = "/proc/meminfo";
    private const string Available = "MemAvailable:";

    /// <summary>Of the database. It is cut back to that when it is started anew.</summary>
    public const long LongestLog = 64 * 1024 * 1024;

    /// <summary>The space that users other than root have left where a directory lies, or would if it were made.</summary>
    public static long OnDiskOf(string directory)
    {
        try
        {
            string there = Path.GetFullPath(directory);
            while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } above)
                there = above;
            return new DriveInfo(there).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }

    /// <summary>
    /// What is left for mail: the space on the disk, and what the store has in its file from mail that is gone. The file does not shrink: without
    /// that a queue which filled the disk once would keep the door shut when it is empty again.
    /// </summary>
    /// <param name="onDisk">As <see cref="OnDiskOf"/> says.</param>
    /// <param name="store">Free octets in the store's file, and octets that the log of its database has on the disk already; asked only where they matter.</param>
    /// <param name="reserve">That is to be kept.</param>
    public static long ForMail(long onDisk, Func<(long Inside, long Log)> store, long reserve)
    {
        if (onDisk >= reserve)
            return onDisk;
        (long inside, long log) = store();
        // What becomes of mail is written to the log first: that must have its room on the disk itself.
        return onDisk >= reserve / 4 && onDisk + log >= LongestLog ? onDisk + inside : onDisk;
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
