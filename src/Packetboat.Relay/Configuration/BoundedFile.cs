namespace Packetboat.Relay.Configuration;

/// <summary>
/// A configuration file's bytes. An operator edits it while we read, so nobody is locked out; and a file that grew beyond reason (a list
/// that a script appends to) must not take the memory of the server.
/// </summary>
internal static class BoundedFile
{
    /// <returns>The content, or why there is none.</returns>
    public static (byte[]? Content, string Fault) Read(string path, int limit)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > limit)
                return (null, $"larger than {limit / (1024 * 1024)} MiB");

            // One octet more than allowed: the file may grow between the look at its length and the read.
            byte[] content = new byte[(int)file.Length + 1];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return (content[..Math.Min(length, limit)], "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return (null, e.Message);
        }
    }
}
