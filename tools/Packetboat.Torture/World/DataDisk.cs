using System.Diagnostics;
using System.Globalization;

namespace Packetboat.Torture.World;

/// <summary>
/// The disk of one installation. As root it is a file system of its own in memory, which can be made so small that it is full; for others it
/// is a folder, and only the library can say that it is.
/// </summary>
internal sealed class DataDisk : IDisposable
{
    private const long Size = 2L << 30;

    private readonly bool _isMounted;

    public DataDisk(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _isMounted =
            Environment.UserName == "root" && Run("mount", "-t", "tmpfs", "-o", $"size={Size},mode=700", "torture", folder);
    }

    public string Folder { get; }

    public bool CanBeFull => _isMounted;

    /// <summary>Leaves so much room and no more.</summary>
    public void Fill(long octetsLeft)
    {
        var disk = new DriveInfo(Folder);
        Resize(disk.TotalSize - disk.TotalFreeSpace + octetsLeft);
    }

    /// <summary>What is on it, for somebody to look at: the file system goes when the run ends.</summary>
    public bool CopyTo(string folder) => Run("cp", "-r", Folder, folder);

    public void MakeRoom() => Resize(Size);

    public void Dispose()
    {
        if (_isMounted)
            Run("umount", "--lazy", Folder);
    }

    private void Resize(long size)
    {
        if (_isMounted)
            Run("mount", "-o", string.Create(CultureInfo.InvariantCulture, $"remount,size={size}"), Folder);
    }

    private static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} cannot be started");
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
