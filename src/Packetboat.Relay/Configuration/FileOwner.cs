using System.Runtime.InteropServices;

namespace Packetboat.Relay.Configuration;

/// <summary>To whom a file belongs. The framework cannot say, and what root writes for another would be root's.</summary>
public static partial class FileOwner
{
    private const int CurrentDirectory = -100;
    private const uint UserAndGroup = 0x8 | 0x10;

    /// <summary>Of <c>struct statx</c>, which is the same on every Linux.</summary>
    private const int StatLength = 256;
    private const int UserAt = 20;
    private const int GroupAt = 24;

    /// <summary>Makes a file belong to whom another belongs. Only on Linux; elsewhere it stays with whoever wrote it.</summary>
    /// <exception cref="IOException">This user may not give it away.</exception>
    public static void Copy(string from, string to)
    {
        if (!OperatingSystem.IsLinux() || Of(from) is not { } wanted || Of(to) == wanted)
            return;
        if (ChangeOwner(to, wanted.User, wanted.Group) != 0)
            throw new IOException(
                $"{from} belongs to another user, and {to} cannot be given to him ({Marshal.GetLastPInvokeErrorMessage()}); do this as that user or as root"
            );
    }

    /// <summary>
    /// What root makes in a directory belongs to whom the directory belongs: an operator says a command with sudo, and the server's user has
    /// to read what came of it. It does nothing for anybody else, nor where root may not give files away, as in some containers.
    /// </summary>
    /// <param name="path">Just made; a link is not followed.</param>
    public static void Inherit(string path)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return;
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is { } directory && Of(directory) is { User: not 0 } wanted && Of(full) != wanted)
            _ = ChangeOwnerOfLink(full, wanted.User, wanted.Group);
    }

    internal static unsafe (uint User, uint Group)? Of(string path)
    {
        byte* stat = stackalloc byte[StatLength];
        if (Stat(CurrentDirectory, path, flags: 0, UserAndGroup, stat) != 0)
            return null;
        var read = new ReadOnlySpan<byte>(stat, StatLength);
        return (MemoryMarshal.Read<uint>(read[UserAt..]), MemoryMarshal.Read<uint>(read[GroupAt..]));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Stat(int directory, string path, int flags, uint mask, byte* stat);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwnerOfLink(string path, uint user, uint group);
}
