using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Packetboat.Torture.Powercut;

/// <summary>Adds events of this program to the recording that another program is writing: each appended write is one, for both.</summary>
internal sealed partial class RecordAppender : IDisposable
{
    private const int WriteOnlyCreateAppend = 0x1 | 0x40 | 0x400;
    private const int OwnersOnly = 0x180; // 0600

    private readonly SafeFileHandle _file;

    public RecordAppender(string path)
    {
        // The runtime's own append mode seeks to the end once, and would write over what the other has added since.
        int file = Open(path, WriteOnlyCreateAppend, OwnersOnly);
        if (file < 0)
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        _file = new SafeFileHandle(file, ownsHandle: true);
    }

    public void Add(RecordedEvent happened)
    {
        byte[] bytes = happened.ToBytes();
        if (Write(_file, bytes, bytes.Length) != bytes.Length)
            throw new IOException($"the recording: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte[] bytes, nint length);
}
