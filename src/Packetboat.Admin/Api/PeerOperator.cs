using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>
/// Who is at the other end of the control socket, as the kernel says it: unix(7), SO_PEERCRED. What a client says of itself counts only
/// where no kernel says anything.
/// </summary>
internal static class PeerOperator
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary><c>struct ucred</c>: pid, uid and gid, 32 bits each.</summary>
    private const int CredentialSize = 12;
    private const int UidAt = 4;

    private const string UserFile = "/etc/passwd";

    /// <param name="context">A request over the socket.</param>
    /// <param name="said">What the client says: it stays the place that he comes from, and stays visible where it is another name.</param>
    public static Operator Of(HttpContext context, Operator said)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket || UidOf(socket) is not { } uid)
            return said;
        string name = NameOf(uid, UserFile);
        return name == said.Name ? said : new Operator(name, $"{said.From}, calls itself {said.Name}");
    }

    /// <summary>Null where the system does not say.</summary>
    internal static uint? UidOf(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily != AddressFamily.Unix)
            return null;
        Span<byte> credential = stackalloc byte[CredentialSize];
        try
        {
            return socket.GetRawSocketOption(SolSocket, SoPeerCred, credential) == CredentialSize
                ? MemoryMarshal.Read<uint>(credential[UidAt..])
                : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>By passwd(5); a user that is not in there is called by his number.</summary>
    internal static string NameOf(uint uid, string userFile)
    {
        string number = uid.ToString(System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            foreach (string line in File.ReadLines(userFile, Encoding.Latin1))
            {
                string[] fields = line.Split(':', 4);
                if (fields.Length == 4 && fields[2] == number && fields[0].Length > 0)
                    return fields[0];
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"uid {number}";
        }

        return $"uid {number}";
    }
}
