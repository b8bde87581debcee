using System.Globalization;
using System.Security.Cryptography;
using Packetboat.Relay.Spool;

namespace Packetboat.Relay.Configuration;

/// <summary>
/// Gives a settings file another content. At every moment, a crash and a power cut included, the file is the old one or the new one. A copy
/// of the old one is kept beside it. Both belong to whom the old one belonged: root may do this for the server's user, who must be able to
/// read it afterwards.
/// </summary>
public static class ReplacedFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <param name="path">Its name; a link to it stays one.</param>
    /// <param name="content">All of it.</param>
    /// <param name="time">For the name of the copy.</param>
    /// <returns>Where the copy of the old one is; null when there was none.</returns>
    /// <exception cref="IOException">The disk refuses; the old file stays.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not; the old file stays.</exception>
    public static string? Write(string path, ReadOnlySpan<byte> content, TimeProvider time)
    {
        bool isNew = !File.Exists(path);
        FileSystemInfo? target = isNew ? null : File.ResolveLinkTarget(path, returnFinalTarget: true);
        string file = target?.FullName ?? Path.GetFullPath(path);
        string directory = Path.GetDirectoryName(file)!;
        string? backup = isNew ? null : BackUp(file, time);
        string draft = $"{file}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}.new";
        try
        {
            WriteNew(draft, content);
            FileOwner.Copy(isNew ? directory : file, draft);
            if (!isNew && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(draft, File.GetUnixFileMode(file) & ~Others);
            File.Move(draft, file, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            File.Delete(draft);
            // What was not replaced needs no copy, and another try would make another one.
            if (backup is not null)
                File.Delete(backup);
            string words = $"{path} cannot be {(isNew ? "made" : "replaced, the old one stays")}: {refused.Message.TrimEnd('.')}";
            throw refused is IOException
                ? new IOException($"{words}; mend that, and say it again", refused)
                : new UnauthorizedAccessException($"{words}; see who may write it (ls -l, lsattr), and say it again", refused);
        }

        DurableNames.Sync(directory);
        return backup;
    }

    /// <summary>A new file that only its owner may read, on the disk when this returns.</summary>
    internal static void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using var file = new FileStream(path, options);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private static string BackUp(string file, TimeProvider time)
    {
        string stamp = time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string backup = $"{file}.{stamp}.bak";
        for (int i = 2; Path.Exists(backup); i++)
            backup = $"{file}.{stamp}-{i}.bak";
        WriteNew(backup, File.ReadAllBytes(file));
        FileOwner.Copy(file, backup);
        return backup;
    }
}
