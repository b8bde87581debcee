using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Packetboat.Relay.Tests.Mqtt;

/// <summary>A broker that takes what is published, one client at a time, and answers as a test wants.</summary>
internal sealed class FakeBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public FakeBroker()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Of CONNACK.</summary>
    public byte ConnectCode { get; set; }

    /// <summary>Whether it answers a PUBLISH.</summary>
    public bool AnswersPublish { get; set; } = true;

    /// <summary>The bodies of CONNECT.</summary>
    public ConcurrentQueue<byte[]> Connects { get; } = new();

    /// <summary>All that was published, in its order: topic, payload, whether it is to be retained.</summary>
    public ConcurrentQueue<(string Topic, string Payload, bool IsRetained)> Published { get; } = new();

    public bool HasGoodbye { get; private set; }

    /// <summary>What of the topics that are retained a subscriber would see.</summary>
    public Dictionary<string, string> Retained()
    {
        var retained = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string topic, string payload, _) in Published.Where(one => one.IsRetained))
            if (payload.Length == 0)
                retained.Remove(topic);
            else
                retained[topic] = payload;
        return retained;
    }

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
                await ServeAsync(client.GetStream());
            }
            catch (Exception over)
                when (over is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The client is gone, or the test is over.
            }
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        while (true)
        {
            byte[] first = new byte[1];
            await stream.ReadExactlyAsync(first, _stop.Token);
            byte[] body = await BodyAsync(stream);
            switch (first[0] >> 4)
            {
                case 1:
                    Connects.Enqueue(body);
                    await stream.WriteAsync(new byte[] { 0x20, 2, 0, ConnectCode }, _stop.Token);
                    break;
                case 3:
                    await TakeAsync(stream, first[0], body);
                    break;
                case 12:
                    await stream.WriteAsync(new byte[] { 0xD0, 0 }, _stop.Token);
                    break;
                default:
                    HasGoodbye |= first[0] >> 4 == 14;
                    return;
            }
        }
    }

    private async Task TakeAsync(NetworkStream stream, byte first, byte[] body)
    {
        int topic = BinaryPrimitives.ReadUInt16BigEndian(body);
        int at = 2 + topic;
        bool wantsAnswer = (first & 0x06) != 0;
        byte[] id = wantsAnswer ? body[at..(at + 2)] : [];
        at += id.Length;
        if (wantsAnswer && !AnswersPublish)
            return;
        Published.Enqueue(
            (Encoding.UTF8.GetString(body.AsSpan(2, topic)), Encoding.UTF8.GetString(body.AsSpan(at)), (first & 1) != 0)
        );
        if (wantsAnswer)
            await stream.WriteAsync((byte[])[0x40, 2, .. id], _stop.Token);
    }

    private async Task<byte[]> BodyAsync(NetworkStream stream)
    {
        int length = 0;
        byte[] digit = new byte[1];
        for (int shift = 0; ; shift += 7)
        {
            await stream.ReadExactlyAsync(digit, _stop.Token);
            length |= (digit[0] & 0x7F) << shift;
            if ((digit[0] & 0x80) == 0)
                break;
        }

        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return body;
    }
}
