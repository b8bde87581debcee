using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Packetboat.Testing;

/// <summary>
/// A connection as Kestrel hands it over, and the client's end of it, without a network. Whoever writes runs what waited for it: when the
/// client's write returns, the server has answered and waits again. So a test can move the clock and know what stands still meanwhile.
/// </summary>
public sealed class MemoryConnection : IAsyncDisposable
{
    private readonly Pipe _up;
    private readonly Pipe _down;

    /// <param name="client">Where it seems to come from.</param>
    /// <param name="window">Octets in flight before a writer has to wait.</param>
    public MemoryConnection(IPAddress client, int window = 64 * 1024 * 1024)
    {
        var options = new PipeOptions(
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: window,
            resumeWriterThreshold: window / 2,
            useSynchronizationContext: false
        );
        (_up, _down) = (new Pipe(options), new Pipe(options));
        var atServer = new Ends(_up.Reader, _down.Writer);
        var atClient = new Ends(_down.Reader, _up.Writer);
        Server = new DefaultConnectionContext("test", atServer, atClient) { RemoteEndPoint = new IPEndPoint(client, 40000) };
        Client = DuplexStream.Of(atClient);
    }

    public DefaultConnectionContext Server { get; }

    public DuplexStream Client { get; }

    /// <summary>The client has said all that it will; what the server still says can be read.</summary>
    public void EndSending() => _up.Writer.Complete();

    /// <summary>As Kestrel does when the server's work on a connection is over.</summary>
    public async Task HangUpAsync()
    {
        await _down.Writer.CompleteAsync();
        await _up.Reader.CompleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await HangUpAsync();
        await Server.DisposeAsync();
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
