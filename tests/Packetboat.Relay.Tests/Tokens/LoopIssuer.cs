using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Tests.TransportSecurity;

namespace Packetboat.Relay.Tests.Tokens;

/// <summary>An authorization server on loopback, over HTTPS with a certificate that the client believes, that answers what a test wants.</summary>
internal sealed class LoopIssuer : IAsyncDisposable
{
    private static readonly TestAuthority Authority = new("an authority of tokens");
    private static readonly X509Certificate2 Certificate = Authority.Issue("localhost");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public LoopIssuer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public static X509ChainPolicy Trust() => Authority.Trust();

    /// <summary>By the path and the fields of what is asked: status and JSON.</summary>
    public Func<string, IReadOnlyDictionary<string, string>, (int Status, string Json)> Answer { get; set; } =
        (_, _) => (400, """{"error":"invalid_grant","error_description":"Token has been expired or revoked."}""");

    /// <summary>What was asked for, one after the other.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Asked { get; } = new();

    public TokenSettings Token(TokenGrant grant = TokenGrant.Refresh) =>
        new("office", grant, "us", new Secret("our secret"), "smtp", At("/token"))
        {
            DeviceEndpoint = At("/device"),
            AuthorizeEndpoint = At("/authorize"),
        };

    private Uri At(string path) => new($"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}{path}");

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
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = Certificate },
                    _stop.Token
                );
                await ServeAsync(tls);
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

    private async Task ServeAsync(SslStream tls)
    {
        using var reader = new StreamReader(tls, Encoding.ASCII, leaveOpen: true);
        string path = (await reader.ReadLineAsync(_stop.Token) ?? "").Split(' ').ElementAtOrDefault(1) ?? "";
        int length = 0;
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(line.AsSpan(15), System.Globalization.CultureInfo.InvariantCulture);
        char[] body = new char[length];
        await reader.ReadBlockAsync(body, _stop.Token);
        Dictionary<string, string> fields = new string(body)
            .Split('&')
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => WebUtility.UrlDecode(pair[0]), pair => WebUtility.UrlDecode(pair[1]), StringComparer.Ordinal);
        Asked.Enqueue(fields);
        (int status, string json) = Answer(path, fields);
        byte[] answer = Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status} so\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"
        );
        await tls.WriteAsync(answer, _stop.Token);
    }
}
