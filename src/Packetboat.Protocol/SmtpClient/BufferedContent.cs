using System.Runtime.CompilerServices;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>Content that is in memory anyway: a report, or a small message.</summary>
public sealed class BufferedContent(ReadOnlyMemory<byte> bytes) : IMessageContent
{
    public long Size => bytes.Length;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        yield return bytes;
        await ValueTask.CompletedTask;
    }
}
