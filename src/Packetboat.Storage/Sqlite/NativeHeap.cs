using System.Runtime.InteropServices;

namespace Packetboat.Storage.Sqlite;

/// <summary>
/// SQLite takes memory from the C library for each message and gives it back. glibc returns it to the kernel above 128 KiB, and takes it
/// again for the next: each time all processors must forget the pages, which cost more than the message. It may keep some instead.
/// </summary>
internal static partial class NativeHeap
{
    // From <malloc.h>.
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;

    private const int Kept = 16 << 20;
    private const int Mapped = 4 << 20;

    public static void KeepSome()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(TrimThreshold, Kept);
            _ = SetOption(MmapThreshold, Mapped);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with habits of its own.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
