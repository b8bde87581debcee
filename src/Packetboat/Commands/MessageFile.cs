using System.Buffers;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.IO;

namespace Packetboat.Commands;

/// <summary>A message in a file, with the line ends of this system or of mail.</summary>
internal static class MessageFile
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Reads it to its end.</summary>
    /// <param name="path"><c>-</c> is the standard input.</param>
    /// <param name="message">Takes it, and is complete then.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static async Task ReadAsync(string path, DkimMessage message, CancellationToken ct)
    {
        await using Stream stream = Open(path);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        byte[] converted = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
        bool afterReturn = false;
        int read;
        while ((read = await stream.ReadAsync(buffer, ct)) > 0)
        {
            int length = LineEnds.ToNetwork(buffer.AsSpan(0, read), converted, ref afterReturn);
            message.Append(converted.AsSpan(0, length));
        }

        message.Complete();
        ArrayPool<byte>.Shared.Return(buffer);
        ArrayPool<byte>.Shared.Return(converted);
    }

    public static Stream Open(string path) => path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
}
