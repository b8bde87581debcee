using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>
/// A poisoned destination: it takes every connection and then says nothing more, in turn before the greeting, behind EHLO, and behind the
/// final dot. Who waits for it waits for minutes.
/// </summary>
internal sealed class StallingHost : IDisposable
{
    private enum Stall
    {
        AtOnce,
        BehindHello,
        BehindContent,
    }

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private int _taken;

    public StallingHost(IPEndPoint address)
    {
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(address);
        _listener.Listen(1024);
    }

    /// <summary>Connections so far.</summary>
    public int Taken => Volatile.Read(ref _taken);

    public void Start() => new Thread(Accept) { IsBackground = true }.Start();

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Socket socket in _open.Keys)
            socket.Dispose();
    }

    private void Accept()
    {
        while (true)
        {
            try
            {
                Socket socket = _listener.Accept();
                _open[socket] = true;
                var stall = (Stall)(Interlocked.Increment(ref _taken) % Enum.GetValues<Stall>().Length);
                new Thread(() => Converse(socket, stall), maxStackSize: 256 * 1024) { IsBackground = true }.Start();
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Converse(Socket socket, Stall stall)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            using var lines = new StreamReader(stream, Encoding.Latin1);
            if (stall != Stall.AtOnce)
                Say(stream, "220 mx.stalls.test");
            while (lines.ReadLine() is { } line)
            {
                if (stall == Stall.AtOnce || (stall == Stall.BehindHello && line.StartsWith("EHLO", StringComparison.Ordinal)))
                    break;
                if (line != "DATA")
                {
                    Say(stream, "250 ok");
                    continue;
                }

                Say(stream, "354 go");
                while (lines.ReadLine() is { } content && content != ".") { }
                break;
            }

            // Until the server under test has enough.
            while (lines.ReadLine() is not null) { }
        }
        catch (Exception end) when (end is IOException or SocketException or ObjectDisposedException)
        {
            // It has, or the measurement is over.
        }
        finally
        {
            _open.TryRemove(socket, out _);
        }
    }

    private static void Say(Stream stream, string line) => stream.Write(Encoding.ASCII.GetBytes(line + "\r\n"));
}
