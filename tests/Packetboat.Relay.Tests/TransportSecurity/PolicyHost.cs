using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>An HTTPS server on loopback that takes one request a connection and answers what a test wants.</summary>
internal sealed class PolicyHost : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private int _connections;

    public PolicyHost(X509Certificate2 certificate)
    {
        Certificate = certificate;
        _listener.Start();
        _serving = ServeAsync();
    }

    public X509Certificate2 Certificate { get; set; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The whole answer.</summary>
    public string Answer { get; set; } = "";

    /// <summary>The request line of what was asked last.</summary>
    public string Asked { get; private set; } = "";

    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = Certificate },
                    _stop.Token
                );
                using var reader = new StreamReader(tls, Encoding.ASCII, leaveOpen: true);
                Asked = await reader.ReadLineAsync(_stop.Token) ?? "";
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 }) { }

                await tls.WriteAsync(Encoding.UTF8.GetBytes(Answer), _stop.Token);
            }
            catch (Exception over)
                when (over
                        is OperationCanceledException
                            or IOException
                            or SocketException
                            or ObjectDisposedException
                            or AuthenticationException
                )
            {
                // The client is gone, or the test is over.
            }
        }
    }
}
