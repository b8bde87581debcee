using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Packetboat.Bench.Relay;

/// <summary>
/// New connections, to all listeners in turn and from all its addresses in turn, on a thread of its own. It says nothing, and holds the newest
/// of them until as many newer ones have come.
/// </summary>
internal sealed class Flood(IReadOnlyList<IPAddress> from, IReadOnlyList<IPEndPoint> to, double rate, int held) : IDisposable
{
    private readonly Socket?[] _held = new Socket?[held];
    private readonly byte[] _in = new byte[512];
    private readonly ManualResetEventSlim _ending = new();
    private Thread? _thread;

    public int Opened { get; private set; }

    /// <summary>Heard <c>421</c> instead of a greeting.</summary>
    public int TurnedAway { get; private set; }

    /// <summary>Was let in, and had to go while we still held it.</summary>
    public int ThrownOut { get; private set; }

    /// <summary>Nobody accepted it, or the system had no port left.</summary>
    public int Failed { get; private set; }

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public void End()
    {
        _ending.Set();
        _thread?.Join();
        foreach (Socket? socket in _held)
            Release(socket);
        Array.Clear(_held);
    }

    public void Dispose()
    {
        End();
        _ending.Dispose();
    }

    private void Run()
    {
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; !_ending.IsSet; i++)
        {
            int at = i % _held.Length;
            Release(_held[at]);
            _held[at] = Open(from[i % from.Count], to[i / from.Count % to.Count]);
            TimeSpan early = rate > 0 ? TimeSpan.FromSeconds((i + 1) / rate) - Stopwatch.GetElapsedTime(begun) : TimeSpan.Zero;
            if (early > TimeSpan.FromMilliseconds(1))
                _ending.Wait(early);
        }
    }

    private Socket? Open(IPAddress own, IPEndPoint door)
    {
        // Closed by RST: a port that waits for stray segments would be missing soon.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0) };
        socket.SendTimeout = 1000; // of connect too
        try
        {
            socket.Bind(new IPEndPoint(own, 0));
            socket.Connect(door);
            Opened++;
            return socket;
        }
        catch (SocketException)
        {
            Failed++;
            socket.Dispose();
            return null;
        }
    }

    private void Release(Socket? socket)
    {
        if (socket is null)
            return;
        using (socket)
        {
            try
            {
                socket.Blocking = false;
                Note(_in.AsSpan(0, socket.Receive(_in)));
            }
            catch (SocketException)
            {
                // Nothing has been said to it: a handshake is waited for, or it has not been accepted yet.
            }
        }
    }

    private void Note(ReadOnlySpan<byte> heard)
    {
        if (heard.StartsWith("421"u8))
            TurnedAway++;
        else if (heard.IsEmpty || heard.IndexOf("\n421"u8) >= 0)
            ThrownOut++;
    }
}
