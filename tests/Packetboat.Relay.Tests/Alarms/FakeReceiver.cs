using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Packetboat.Relay.Tests.Alarms;

/// <summary>A web server that takes one request a connection and answers what a test wants.</summary>
internal sealed class FakeReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public FakeReceiver()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}/secret-path");

    /// <summary>The status line and header fields of each answer; null: none ever comes.</summary>
    public Func<string?> Answer { get; set; } = () => "HTTP/1.1 204 No Content\r\n\r\n";

    public ConcurrentQueue<(string Header, byte[] Body)> Got { get; } = new();

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
                NetworkStream stream = client.GetStream();
                Got.Enqueue(await ReadAsync(stream));
                if (Answer() is { } answer)
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), _stop.Token);
                else
                    await stream.ReadExactlyAsync(new byte[1], _stop.Token);
            }
            catch (Exception over)
                when (over is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The client is gone, or the test is over.
            }
        }
    }

    private async Task<(string, byte[])> ReadAsync(NetworkStream stream)
    {
        var header = new StringBuilder();
        byte[] one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            header.Append((char)one[0]);
        }

        string length = FieldOf(header.ToString(), "Content-Length");
        byte[] body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return (header.ToString(), body);
    }

    public static string FieldOf(string header, string name) =>
        header.Split("\r\n").Single(line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase))[
            (name.Length + 2)..
        ];
}
