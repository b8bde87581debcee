namespace Packetboat.Bench.Micro;

/// <summary>A next hop that agrees to everything, as a stream: what is written to it is answered when it is read. It allocates next to nothing.</summary>
internal sealed class WillingPeer : Stream
{
    private readonly byte[] _replies = new byte[4096];
    private readonly Lock _lock = new();
    private TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _length;
    private bool _inData;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Greet()
    {
        (_length, _inData) = (0, false);
        Say("220 hub.example ESMTP\r\n"u8);
    }

    /// <summary>Completes with the next message.</summary>
    public Task NextAsync()
    {
        lock (_lock)
        {
            if (_taken.Task.IsCompleted)
                _taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _taken.Task;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int length = Math.Min(_length, buffer.Length);
        if (length == 0)
            throw new InvalidOperationException("the client waits for a reply, and has said nothing");
        _replies.AsSpan(0, length).CopyTo(buffer.Span);
        _replies.AsSpan(length, _length - length).CopyTo(_replies);
        _length -= length;
        return ValueTask.FromResult(length);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Take(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => Take(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Take(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (_inData)
            {
                // Each write of content is known to end where its message does.
                if (!text.EndsWith(".\r\n"u8))
                    return;
                _inData = false;
                Say("250 2.0.0 taken\r\n"u8);
                lock (_lock)
                    _taken.TrySetResult();
                return;
            }

            int end = text.IndexOf((byte)'\n') + 1;
            Answer(text[..end]);
            text = text[end..];
        }
    }

    private void Answer(ReadOnlySpan<byte> line)
    {
        switch (line[0])
        {
            case (byte)'E':
                Say("250-hub.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"u8);
                break;
            case (byte)'D':
                _inData = true;
                Say("354 go\r\n"u8);
                break;
            case (byte)'Q':
                Say("221 bye\r\n"u8);
                break;
            default:
                Say("250 2.0.0 OK\r\n"u8);
                break;
        }
    }

    private void Say(ReadOnlySpan<byte> reply)
    {
        reply.CopyTo(_replies.AsSpan(_length));
        _length += reply.Length;
    }
}
