using Packetboat.Relay.Queue;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

/// <summary>Messages whose rows say the truth about their content, which is what a verification looks at.</summary>
internal static class WholeMessages
{
    public static byte[] Content(int size, int seed)
    {
        byte[] bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<QueuedMessage> AcceptWholeAsync(this SqliteStore store, byte[] content, params string[] recipients)
    {
        long number = store.NextMessageNumber();
        byte[][] chunks = [.. content.Chunk(IQueueStore.ChunkSize)];
        for (int i = 0; i < chunks.Length - 1; i++)
            await store.WriteChunkAsync(number, i, chunks[i], TestContext.Current.CancellationToken);
        QueuedMessage message = TestMail.Message(number, chunks: chunks.Length) with { Id = store.IdOf(number) };
        message = message with { Size = message.Trace.Length + content.Length };
        NewRecipient[] to = [.. recipients.Select((address, i) => TestMail.Waiting(i, address))];
        await store.AcceptAsync(new NewMessage(message, to, chunks[^1]), TestContext.Current.CancellationToken);
        return message;
    }

    public static async Task<byte[]> ReadWholeAsync(this SqliteStore store, QueuedMessage message)
    {
        var content = new List<byte>();
        for (int i = 0; i < message.Chunks; i++)
            content.AddRange(await store.ReadChunkAsync(message.Number, i, TestContext.Current.CancellationToken));
        return [.. content];
    }

    /// <summary>The first recipient has it; returns when that is on the disk.</summary>
    public static async Task DeliverAsync(this SqliteStore store, QueuedMessage message)
    {
        RecipientResult result = TestMail.Result(0, RecipientState.Delivered, TestMail.Noon, TraceKind.Delivered);
        await store.RecordAsync(message.Number, TestMail.Noon, [result], report: null);
        // Orders are written in their turn: when this one is, that one was.
        await store.ClearAlarmAsync("none", TestContext.Current.CancellationToken);
    }
}
