using System.Net;
using System.Net.Sockets;

namespace Packetboat.Demo;

/// <summary>Ports that nobody uses at this moment. They are all held until all are found, so that none is given twice.</summary>
internal static class FreePorts
{
    public static int[] Find(int count)
    {
        var held = new List<Socket>();
        try
        {
            for (int i = 0; i < count; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                held.Add(socket);
            }

            return [.. held.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            foreach (Socket socket in held)
                socket.Dispose();
        }
    }
}
