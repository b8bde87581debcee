using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Packetboat.Bench.Relay;

/// <summary>The next hop: takes everything as cheaply as it can, a thread a connection, and enters each message into the ledger.</summary>
internal sealed class Sink : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Socket, bool> _conversations = new();
    private volatile Ledger? _ledger;

    public Sink(IPEndPoint address)
    {
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(address);
        _listener.Listen(1024);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Connections that are open now.</summary>
    public int Open => _conversations.Count;

    /// <summary>Answers <c>450</c> to each RCPT of this domain, where one is named: a destination that defers.</summary>
    public string? DeferredDomain { get; init; }

    public void Begin(Ledger ledger) => _ledger = ledger;

    public void Start() => new Thread(Accept) { IsBackground = true }.Start();

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Socket socket in _conversations.Keys)
            socket.Dispose();
    }

    private void Accept()
    {
        while (true)
        {
            try
            {
                Socket socket = _listener.Accept();
                socket.NoDelay = true;
                _conversations[socket] = true;
                new Thread(() => Converse(socket), maxStackSize: 256 * 1024) { IsBackground = true }.Start();
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Converse(Socket socket)
    {
        try
        {
            using (socket)
                new SinkConversation(socket, number => _ledger?.Delivered(number), DeferredDomain).Run();
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The server under test has gone, or we have.
        }
        finally
        {
            _conversations.TryRemove(socket, out _);
        }
    }
}
