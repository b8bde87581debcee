using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Packetboat.Testing;

namespace Packetboat.EndToEnd.Tests;

/// <summary>What listens where a hub should be, and answers as a test wants. Its certificate is the one of all tests.</summary>
internal sealed class RogueHub : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<Stream, CancellationToken, Task> _answer;
    private readonly Task _serving;
    private readonly TaskCompletionSource<string> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RogueHub(Func<Stream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The same octets to every request.</summary>
    public RogueHub(string answer)
        : this((stream, ct) => stream.WriteAsync(Encoding.UTF8.GetBytes(answer), ct).AsTask()) { }

    public Uri Url => new($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The first request, when it has come.</summary>
    public Task<string> Asked => _asked.Task;

    /// <summary>An answer as HTTP wants it.</summary>
    public static string Json(string body, string status = "200 OK") =>
        $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _listener.Stop();
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                await ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient _ = client;
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(new TestCertificate().ServerOptions(), _stopping.Token);
            byte[] request = new byte[8192];
            int length = await tls.ReadAsync(request, _stopping.Token);
            if (length == 0)
                return;
            _asked.TrySetResult(Encoding.UTF8.GetString(request, 0, length));
            await _answer(tls, _stopping.Token);
        }
        catch (Exception gone) when (gone is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client has had enough, or does not believe us.
        }
    }
}
