using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Resolver;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// A name server's reply, over a real socket on loopback; the first octet chooses what was asked, and whether the question is repeated in
/// front of the input. Whatever arrives, a look-up has an answer.
/// </summary>
internal sealed class DnsTarget : IFuzzTarget
{
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly DnsClientTransport _client;
    private byte[] _reply = [];
    private int _choice;

    public DnsTarget()
    {
        _server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _client = new DnsClientTransport(
            new ResolverOptions
            {
                Server = _server.LocalEndPoint!.ToString(),
                Timeout = TimeSpan.FromMilliseconds(250),
                Retries = 0,
            }
        );
    }

    public string Name => "dns";

    public string What => "a name server's reply";

    public IReadOnlyList<string> Words { get; } =
    [
        "\u0007example\0",
        "\u0002mx\u0007example\0",
        "\0\u000f\0\u0001",
        "\0\u0005\0\u0001",
        "\0\u0010\0\u0001",
        "\0\u0001\0\u0001",
        "\0\u001c\0\u0001",
        "\0\0\0\u003c",
        "\0\u0004\u0001\u0002\u0003\u0004",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return 0;
        (_choice, _reply) = (input[0], input[1..].ToArray());
        Task<int> answering = Task.Run(AnswerAsync);
        int kind = (_choice % 5) switch
        {
            0 => KindOf(_client.MxAsync("far.example")),
            1 => KindOf(_client.Ipv4Async("far.example")),
            2 => KindOf(_client.Ipv6Async("far.example")),
            3 => KindOf(_client.TextAsync("far.example")),
            4 when (_choice & 1) == 0 => KindOf(_client.TlsaAsync("_25._tcp.far.example")),
            _ => KindOf(_client.PointersAsync("1.2.0.192.in-addr.arpa")),
        };
        answering.GetAwaiter().GetResult();
        return kind;
    }

    private async Task<int> AnswerAsync()
    {
        byte[] query = new byte[1024];
        SocketReceiveFromResult asked = await _server.ReceiveFromAsync(query, new IPEndPoint(IPAddress.Any, 0));
        byte[] reply =
            (_choice & 0x80) == 0
                // Header and question as they must be, the input behind them.
                ?
                [
                    query[0],
                    query[1],
                    0x81,
                    0x80,
                    .. query.AsSpan(4, 2),
                    .. Counts(),
                    .. query.AsSpan(12, asked.ReceivedBytes - 12 - OptionLength(query, asked.ReceivedBytes)),
                    .. _reply,
                ]
                : [query[0], query[1], .. _reply];
        return await _server.SendToAsync(reply.AsMemory(0, Math.Min(reply.Length, 4096)), asked.RemoteEndPoint);
    }

    private byte[] Counts() => [0, (byte)(_choice >> 5 & 3), 0, (byte)(_choice >> 4 & 1), 0, 0];

    /// <summary>The EDNS record at the end of the question.</summary>
    private static int OptionLength(byte[] query, int length) => query[11] == 0 ? 0 : Math.Min(11, length - 12);

    private static int KindOf<T>(Task<TimedAnswer<T>> asked)
    {
        TimedAnswer<T> timed = asked.GetAwaiter().GetResult();
        Check.That(timed.TimeToLive >= TimeSpan.Zero, $"an answer that holds for {timed.TimeToLive}");
        switch (timed.Answer)
        {
            case DnsAnswer<T>.TemporaryFailure failure:
                Check.That(PrintableText.Of(failure.Reason, int.MaxValue) == failure.Reason, "a reason with control characters");
                return 1;
            case DnsAnswer<T>.Found found:
                Check.That(found.Records.Count > 0, "found nothing");
                return 16 + Math.Min(found.Records.Count, 8);
            case DnsAnswer<T>.NoData:
                return 2;
            default:
                return 3;
        }
    }
}
