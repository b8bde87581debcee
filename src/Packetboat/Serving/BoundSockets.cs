using System.Net;
using System.Net.Sockets;
using Packetboat.Relay.SmtpServer;

namespace Packetboat.Serving;

/// <summary>An address to listen on, and for what.</summary>
internal sealed record SmtpListener(IPEndPoint EndPoint, ListenerKind Kind)
{
    public override string ToString() => $"{EndPoint} {Word}";

    private string Word =>
        Kind switch
        {
            ListenerKind.Transfer => "SMTP",
            ListenerKind.Submission => "submission",
            _ => "submission over TLS",
        };
}

/// <summary>
/// The listening sockets, bound before anything else starts: what cannot be bound is said in plain words, after as many tries as
/// <c>BindRetryCount</c> wants.
/// </summary>
internal sealed class BoundSockets : IDisposable
{
    private readonly Dictionary<IPEndPoint, Socket> _sockets = [];

    /// <exception cref="IOException">An address cannot be had; the message says which, why, and what to do.</exception>
    public static async Task<BoundSockets> BindAsync(
        IReadOnlyList<SmtpListener> listeners,
        int retries,
        TimeSpan pause,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var bound = new BoundSockets();
        try
        {
            foreach (SmtpListener listener in listeners)
                bound._sockets[listener.EndPoint] = await BindAsync(listener, retries, pause, time, ct);
            return bound;
        }
        catch
        {
            bound.Dispose();
            throw;
        }
    }

    /// <summary>Hands a socket over; it belongs to the caller then.</summary>
    public Socket? Take(EndPoint endPoint) =>
        endPoint is IPEndPoint ip && _sockets.Remove(ip, out Socket? socket) ? socket : null;

    public void Dispose()
    {
        foreach (Socket socket in _sockets.Values)
            socket.Dispose();
    }

    private static async Task<Socket> BindAsync(
        SmtpListener listener,
        int retries,
        TimeSpan pause,
        TimeProvider time,
        CancellationToken ct
    )
    {
        for (int attempt = 0; ; attempt++)
        {
            var socket = new Socket(listener.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                // 0.0.0.0 and :: are listed apart, so :: must not mean both.
                if (listener.EndPoint.AddressFamily == AddressFamily.InterNetworkV6)
                    socket.DualMode = false;
                socket.Bind(listener.EndPoint);
                return socket;
            }
            catch (SocketException failure)
            {
                socket.Dispose();
                bool mayPass = failure.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable;
                if (!mayPass || attempt >= retries)
                    throw new IOException(Words(listener, failure), failure);
            }

            await Task.Delay(pause, time, ct);
        }
    }

    private static string Words(SmtpListener listener, SocketException failure) =>
        failure.SocketErrorCode switch
        {
            SocketError.AccessDenied =>
                $"{listener}: this user may not listen on port {listener.EndPoint.Port}; run as root, give the program the capability CAP_NET_BIND_SERVICE, or choose a port above 1023",
            SocketError.AddressAlreadyInUse =>
                $"{listener}: another program listens there; stop it, or change the port or Interface in [Mail] of sbbs.ini",
            SocketError.AddressNotAvailable =>
                $"{listener}: this machine does not have that address; change Interface in [Mail] of sbbs.ini",
            _ => $"{listener}: {failure.Message}",
        };
}
