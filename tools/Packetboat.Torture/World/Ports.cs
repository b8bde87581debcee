using System.Net;
using System.Net.Sockets;

namespace Packetboat.Torture.World;

internal static class Ports
{
    /// <summary>Ports that nobody has, below those that the kernel gives to outgoing connections.</summary>
    public static int[] Free(int count)
    {
        var ports = new List<int>();
        while (ports.Count < count)
        {
            int port = Random.Shared.Next(20000, 32000);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Any, port));
                if (!ports.Contains(port))
                    ports.Add(port);
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }

        return [.. ports];
    }
}
