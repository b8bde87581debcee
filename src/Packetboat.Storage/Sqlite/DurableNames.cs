using System.Runtime.InteropServices;

namespace Packetboat.Storage.Sqlite;

/// <summary>
/// A file that is on the disk is lost all the same while its name is not: names are the directory's content, and reach the disk on their
/// own. POSIX promises them after an fsync of the directory, and not before.
/// </summary>
internal static partial class DurableNames
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

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
