using System.Buffers;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Spool;

/// <summary>One message between its first byte and its commit. At most one chunk of it stands in memory.</summary>
internal sealed class SpooledMessage : ISpooledMessage
{
    /// <summary>Room for what one read from the network may add.</summary>
    private const int Slack = 64 * 1024;

    private const int FirstBuffer = 8 * 1024;

    /// <summary>What does not fit into the first buffer is seldom a little larger.</summary>
    private const int SecondBuffer = 64 * 1024;

    private readonly long _number;
    private readonly IQueueStore _store;
    private readonly IScheduler _scheduler;
    private readonly TimeProvider _time;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _held;
    private int _chunks;
    private bool _committed;

    public SpooledMessage(IQueueStore store, IScheduler scheduler, TimeProvider time)
    {
        (_store, _scheduler, _time) = (store, scheduler, time);
        _number = store.NextMessageNumber();
        Id = store.IdOf(_number);
    }

    public string Id { get; }

    public long Size { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_held + bytes.Length > _buffer.Length)
            Grow(_held + bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_held));
        _held += bytes.Length;
        Size += bytes.Length;
    }

    public async ValueTask FlushAsync(CancellationToken stopping)
    {
        // More than a chunk, so that the last one is never empty.
        while (_held > IQueueStore.ChunkSize)
        {
            await _store.WriteChunkAsync(_number, _chunks, _buffer.AsMemory(0, IQueueStore.ChunkSize), stopping);
            _chunks++;
            _held -= IQueueStore.ChunkSize;
            _buffer.AsSpan(IQueueStore.ChunkSize, _held).CopyTo(_buffer);
        }
    }

    public async Task CommitAsync(SpoolEnvelope envelope, CancellationToken stopping)
    {
        HeldContent last = Take();
        try
        {
            await AcceptAsync(envelope, last, stopping);
        }
        finally
        {
            last.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        if (!_committed)
            _store.Abandon(_number, _chunks);
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(SpoolEnvelope envelope, HeldContent last, CancellationToken stopping)
    {
        int chunks = last.Length > 0 ? _chunks + 1 : _chunks;
        DateTimeOffset now = _time.GetUtcNow();
        var message = new QueuedMessage(
            _number,
            Id,
            now,
            envelope.Sender,
            envelope.Account,
            envelope.Origin,
            Size + envelope.Trace.Length,
            chunks,
            envelope.Trace,
            envelope.Body,
            envelope.SmtpUtf8,
            envelope.Dsn,
            envelope.Tls
        );
        QueuedRecipient[] recipients = [.. envelope.Recipients.Select((to, i) => new QueuedRecipient(i, to.Address, to.Dsn))];
        // The whole content is at hand only where no chunk has left yet; larger mail is read back when it is sent.
        IReservation reservation = envelope.Usage?.Stopped is { } stopped
            ? _scheduler.Hold(message, recipients, stopped)
            : _scheduler.Reserve(message, recipients, _chunks == 0 ? last : null);
        try
        {
            await _store.AcceptAsync(
                new NewMessage(message, reservation.Recipients, last.Bytes, envelope.Usage, envelope.Warning),
                stopping
            );
        }
        catch
        {
            reservation.Cancel();
            throw;
        }

        _committed = true;
        reservation.Start();
    }

    /// <summary>
    /// The buffer itself, unless what waits would keep much more memory than it fills: that is copied. A quarter of the first buffer will do, for
    /// most mail is small, and half of a larger one.
    /// </summary>
    private HeldContent Take()
    {
        (byte[] buffer, int held) = (_buffer, _held);
        (_buffer, _held) = ([], 0);
        int least = buffer.Length <= FirstBuffer ? buffer.Length / 4 : buffer.Length / 2;
        if (held >= least)
            return HeldContent.OfRented(buffer, held);
        byte[] copy = buffer[..held];
        ArrayPool<byte>.Shared.Return(buffer);
        return HeldContent.Of(copy);
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(
            Math.Max(needed, Math.Clamp(_buffer.Length * 2, SecondBuffer, IQueueStore.ChunkSize + Slack))
        );
        _buffer.AsSpan(0, _held).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
