using System.Collections.Concurrent;
using System.Globalization;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Storage.Sqlite;
using Packetboat.Torture.Mail;

namespace Packetboat.Torture.Powercut;

/// <summary>Opens a disk as the server does at its start, and holds what is there against what had been promised.</summary>
internal sealed class Examination(Promises promises)
{
    private const int KeptFaults = 20;

    private readonly ConcurrentDictionary<Letter, byte[]> _letters = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private long _promises;
    private long _contents;
    private long _files;
    private long _deliveries;
    private int _faultCount;

    public long Promises => Volatile.Read(ref _promises);

    public long Contents => Volatile.Read(ref _contents);

    public long Files => Volatile.Read(ref _files);

    public long Deliveries => Volatile.Read(ref _deliveries);

    public int FaultCount => Volatile.Read(ref _faultCount);

    public IReadOnlyList<string> Faults => [.. _faults];

    /// <param name="folder">The data folder.</param>
    /// <param name="moment">When the power went.</param>
    /// <param name="name">Of this cut, for people.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Whether all is well.</returns>
    public async Task<bool> ExamineAsync(string folder, int moment, string name, CancellationToken ct)
    {
        int before = FaultCount;
        try
        {
            await using SqliteStore store = SqliteStore.Open(folder, TimeProvider.System);
            await store.SweepAsync(TimeProvider.System.GetUtcNow(), ct);
            await VerifyAsync(store, name, ct);
            foreach (string id in promises.Until(moment))
                await CheckPromiseAsync(store, id, moment, name, ct);
            await CompareContentsAsync(store, name, ct);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or InvalidOperationException)
        {
            Fault(name, $"the store does not open: {failure.GetType().Name}: {failure.Message}");
        }

        return FaultCount == before;
    }

    private async Task VerifyAsync(SqliteStore store, string name, CancellationToken ct)
    {
        Result<VerifyReport> verified = await store.VerifyAsync(ct);
        if (verified.Refusal is { } refusal)
        {
            Fault(name, $"verify: {refusal.Reason}");
            return;
        }

        foreach (VerifyCheck check in verified.Value!.Checks)
        {
            foreach (string fault in check.Faults)
                Fault(name, $"verify: {check.What}: {fault}");
            if (check is { What: "contents without a message", Count: > 0 })
                Fault(name, $"{check.Count} contents without a message after the sweep");
        }
    }

    private async Task CheckPromiseAsync(SqliteStore store, string id, int moment, string name, CancellationToken ct)
    {
        Interlocked.Increment(ref _promises);
        if (await store.FindAsync(id, ct) is not { } story)
        {
            Fault(name, $"{id} had a 250 and is lost");
            return;
        }

        string sender = story.Message.Sender!.ToString()!;
        int letter = int.Parse(sender.AsSpan(1, sender.IndexOf('@') - 1), CultureInfo.InvariantCulture);
        foreach (QueueEntry entry in story.Recipients)
        {
            switch (entry.State)
            {
                case RecipientState.Delivered when promises.WasDelivered(letter, entry.Recipient, moment):
                    Interlocked.Increment(ref _deliveries);
                    break;
                case RecipientState.Delivered:
                    Fault(name, $"{id} to {entry.Recipient} is filed as delivered, and nobody has it");
                    break;
                case RecipientState.Bounced when !await IsReportedAsync(store, sender, ct):
                    Fault(name, $"{id} to {entry.Recipient} is filed as bounced, and there is no report");
                    break;
            }
        }
    }

    private static async Task<bool> IsReportedAsync(SqliteStore store, string sender, CancellationToken ct) =>
        (await store.TraceAsync(null, sender, 100, ct)).Any(story => story.Message.Sender is null);

    /// <summary>Of everything that still has to go somewhere, promised or not, every octet is there.</summary>
    private async Task CompareContentsAsync(SqliteStore store, string name, CancellationToken ct)
    {
        IReadOnlyList<QueueEntry> open = await store.ListAsync(new QueueSelection(All: true), int.MaxValue, ct);
        foreach (string id in open.Select(entry => entry.Id).Distinct(StringComparer.Ordinal))
        {
            QueuedMessage message = (await store.FindAsync(id, ct))!.Message;
            byte[] content = await ContentAsync(store, message, ct);
            Interlocked.Increment(ref _contents);
            if (message.Chunks > 1)
                Interlocked.Increment(ref _files);
            // A report has been written by the server itself.
            if (message.Sender is null)
                continue;
            if (
                Letter.Of(content) is not { } letter
                || !content.AsSpan().SequenceEqual(_letters.GetOrAdd(letter, key => key.Content()))
            )
                Fault(name, $"{id}: its {content.Length} octets are not those that were sent");
        }
    }

    private static async Task<byte[]> ContentAsync(SqliteStore store, QueuedMessage message, CancellationToken ct)
    {
        var content = new List<byte>();
        for (int chunk = 0; chunk < message.Chunks; chunk++)
            content.AddRange(await store.ReadChunkAsync(message.Number, chunk, ct));
        return [.. content];
    }

    private void Fault(string name, string text)
    {
        Interlocked.Increment(ref _faultCount);
        if (_faults.Count < KeptFaults)
            _faults.Enqueue($"{name}: {text}");
    }
}
