using System.Runtime.CompilerServices;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Delivery;

/// <summary>A queued message as it goes out: the fields that we added in front, then the bytes as they came.</summary>
internal sealed class StoredContent(DeliveryItem item, IQueueStore store) : IMessageContent
{
    public long Size => item.Message.Size;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        yield return item.Message.Trace;
        if (item.Content is { } content)
        {
            yield return content.Bytes;
            yield break;
        }

        for (int chunk = 0; chunk < item.Message.Chunks; chunk++)
            yield return await store.ReadChunkAsync(item.Message.Number, chunk, ct);
    }
}
