using System.Net;
using System.Net.Sockets;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>
/// An address behind a firewall that drops: a listener that never accepts and whose queue is full, so that the kernel answers no SYN.
/// </summary>
internal sealed class BlackHole : IDisposable
{
    private readonly Socket _listener = NewSocket();
    private readonly List<Socket> _waiting = [];

    private BlackHole(IPEndPoint endPoint)
    {
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(endPoint);
        _listener.Listen(0);
    }

    public static async Task<BlackHole> OpenAsync(IPEndPoint endPoint)
    {
        var hole = new BlackHole(endPoint);
        // The first takes the only place. The others wait for one, and take it should there be two.
        await hole.CallAsync(endPoint);
        for (int i = 0; i < 3; i++)
            _ = hole.CallAsync(endPoint);
        return hole;
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Socket socket in _waiting)
            socket.Dispose();
    }

    private async Task CallAsync(IPEndPoint endPoint)
    {
        Socket socket = NewSocket();
        _waiting.Add(socket);
        try
        {
            await socket.ConnectAsync(endPoint);
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // With the hole.
        }
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
