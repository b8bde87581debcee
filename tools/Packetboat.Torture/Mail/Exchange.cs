using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Torture.Wire;

namespace Packetboat.Torture.Mail;

/// <summary>The Internet: a server that takes mail for every domain, refuses some, and knows what it has taken.</summary>
internal sealed class Exchange : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly X509Certificate2 _certificate;
    private readonly CancellationTokenSource _over = new();
    private readonly int _seed;
    private readonly Task _loop;

    public Exchange(X509Certificate2 certificate, int seed)
    {
        (_certificate, _seed) = (certificate, seed);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        _loop = ListenAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public Arrivals Arrivals { get; init; } = new();

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Dispose();
        await _loop;
        _over.Dispose();
    }

    private async Task ListenAsync()
    {
        for (int number = 0; !_over.IsCancellationRequested; number++)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_over.Token);
                socket.NoDelay = true;
                var session = new ExchangeSession(new LineStream(socket), Arrivals, _certificate, new Random(_seed + number));
                _ = Task.Run(() => session.RunAsync(_over.Token));
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
