using System.Runtime.InteropServices;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Spool;

/// <summary>
/// A file that is on the disk is lost all the same while its name is not: names are the directory's content, and reach the disk on their
/// own. POSIX promises them after an fsync of the directory, and not before.
/// </summary>
public static partial class DurableNames
{
    /// <summary>Returns once what was created, renamed or removed in the directory so far is on the disk.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Sync(string directory)
    {
        // Windows has no such call, and NTFS logs its names.
        if (OperatingSystem.IsWindows())
            return;
        int handle = Open(directory, flags: 0);
        if (handle < 0)
            throw new IOException($"{directory} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            if (FSync(handle) != 0)
                throw new IOException($"{directory} cannot be written: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = Close(handle);
        }
    }

    /// <summary>Makes a directory, and those above it that are missing, and returns once their names are on the disk.</summary>
    /// <param name="directory">Its path.</param>
    /// <param name="make">Makes it when it is not there.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void MakeDirectory(string directory, Action<string> make)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        string highest = path;
        while (Path.GetDirectoryName(highest) is { } above && !Directory.Exists(above))
            highest = above;
        bool isNew = !Directory.Exists(path);
        if (isNew)
        {
            make(path);
            for (string made = highest; ; made = Path.Combine(made, path[(made.Length + 1)..].Split('/')[0]))
            {
                FileOwner.Inherit(made);
                if (made.Length >= path.Length)
                    break;
            }
        }

        string? end = Path.GetDirectoryName(highest);
        for (string? above = Path.GetDirectoryName(path); above is not null; above = Path.GetDirectoryName(above))
        {
            // It may have been made by a start that was killed here; or by root, in a place that we may not look into.
            if (isNew || MayRead(above))
                Sync(above);
            if (above == end)
                return;
        }
    }

    private static bool MayRead(string directory)
    {
        try
        {
            using IEnumerator<string> names = Directory.EnumerateFileSystemEntries(directory).GetEnumerator();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
