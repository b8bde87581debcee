using System.Net;
using System.Net.Sockets;

namespace Packetboat.Bench.Relay;

/// <summary>The next hop: takes everything as cheaply as it can, and enters each message into the ledger.</summary>
internal sealed class Sink : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private Task _accepting = Task.CompletedTask;
    private volatile Ledger? _ledger;
    private int _open;

    public Sink(IPEndPoint address)
    {
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(address);
        _listener.Listen(1024);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Connections that are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Answers <c>450</c> to each RCPT of this domain, where one is named: a destination that defers.</summary>
    public string? DeferredDomain { get; init; }

    public void Begin(Ledger ledger) => _ledger = ledger;

    public void Start() => _accepting = Task.Run(AcceptAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                socket.NoDelay = true;
                _ = Task.Run(() => ConverseAsync(socket));
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ConverseAsync(Socket socket)
    {
        Interlocked.Increment(ref _open);
        try
        {
            using (socket)
                await new SinkConversation(socket, number => _ledger?.Delivered(number), DeferredDomain).RunAsync(_stop.Token);
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server under test has gone, or we have.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
