using System.IO.Pipelines;

namespace Packetboat.Testing;

/// <summary>Two streams, each reading what the other writes: a connection without a network. Disposing one end is closing it.</summary>
public sealed class DuplexStream : Stream
{
    private readonly Stream _reading;
    private readonly Stream _writing;

    private DuplexStream(PipeReader reader, PipeWriter writer) => (_reading, _writing) = (reader.AsStream(), writer.AsStream());

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <param name="window">Octets in flight before a writer has to wait, as with a real connection.</param>
    public static (DuplexStream Client, DuplexStream Server) CreatePair(int window = 256 * 1024)
    {
        var options = new PipeOptions(
            pauseWriterThreshold: window,
            resumeWriterThreshold: window / 2,
            useSynchronizationContext: false
        );
        var up = new Pipe(options);
        var down = new Pipe(options);
        return (new DuplexStream(down.Reader, up.Writer), new DuplexStream(up.Reader, down.Writer));
    }

    /// <summary>An end whose pipes somebody else made.</summary>
    public static DuplexStream Of(IDuplexPipe pipe) => new(pipe.Input, pipe.Output);

    public override void Flush() => _writing.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _writing.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => _reading.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reading.ReadAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => _writing.Write(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _writing.WriteAsync(buffer, cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writing.Dispose();
            _reading.Dispose();
        }

        base.Dispose(disposing);
    }
}
