using System.IO.Pipelines;
using Packetboat.Protocol.IO;

namespace Packetboat.Protocol.Tests.IO;

public sealed class DuplexPipeStreamTests
{
    [Fact(Timeout = 10_000)]
    public async Task A_read_of_nothing_waits_for_something_and_takes_nothing()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        var pipe = new Pipe();
        await using var stream = new DuplexPipeStream(new Ends(pipe.Reader, pipe.Writer));

        Task<int> reading = stream.ReadAsync(Memory<byte>.Empty, ct).AsTask();
        Assert.False(reading.IsCompleted);
        await pipe.Writer.WriteAsync("ab"u8.ToArray(), ct);

        Assert.Equal(0, await reading);
        byte[] taken = new byte[8];
        Assert.Equal(2, await stream.ReadAsync(taken, ct));
    }

    [Fact(Timeout = 10_000)]
    public async Task The_end_of_the_pipe_is_the_end_of_the_stream()
    {
        var pipe = new Pipe();
        await using var stream = new DuplexPipeStream(new Ends(pipe.Reader, pipe.Writer));
        await pipe.Writer.CompleteAsync();
        Assert.Equal(0, await stream.ReadAsync(new byte[8], TestContext.Current.CancellationToken));
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
