namespace Packetboat.Admin.Api;

/// <summary>
/// The socket in the data directory over which commands reach the running server. Who may open it is the operator: the file's mode
/// (0600) is the whole of the access control.
/// </summary>
public static class ControlSocket
{
    private const string FileName = "packetboat.sock";

    /// <summary>What a Unix socket's address can hold, with its terminator.</summary>
    private const int MaxPath = 107;

    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, FileName);

    /// <exception cref="InvalidDataException">The path is longer than the system allows.</exception>
    public static void Prepare(string path)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(path) > MaxPath)
            throw new InvalidDataException(
                $"{path} is longer than the {MaxPath} octets that a socket's path may have; choose a shorter DataDirectory"
            );
        // Left over from a crash: whoever opened the store holds the lock, so nobody listens there.
        File.Delete(path);
    }

    public static void Restrict(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
