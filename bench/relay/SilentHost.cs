using System.Net;
using System.Net.Sockets;

namespace Packetboat.Bench.Relay;

/// <summary>A host that never answers: its queue of connections is full, so the system drops each further SYN.</summary>
internal sealed class SilentHost : IDisposable
{
    private const int Fill = 8;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _filling = [];

    public SilentHost(IPEndPoint address)
    {
        _listener.Bind(address);
        _listener.Listen(0);
        for (int i = 0; i < Fill; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _filling.Add(socket);
            try
            {
                socket.Connect(address);
            }
            catch (SocketException underWay) when (underWay.SocketErrorCode == SocketError.WouldBlock)
            {
                // It is meant to stay so.
            }
        }
    }

    public void Dispose()
    {
        foreach (Socket socket in _filling)
            socket.Dispose();
        _listener.Dispose();
    }
}
