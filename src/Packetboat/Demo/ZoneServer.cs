using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Packetboat.Demo;

/// <summary>One record of a <see cref="ZoneServer"/>: its type, and its data as they go over the wire.</summary>
internal sealed record ZoneRecord(ushort Type, byte[] Data)
{
    public static ZoneRecord Address(IPAddress address) =>
        new((ushort)(address.AddressFamily is AddressFamily.InterNetwork ? 1 : 28), address.GetAddressBytes());

    public static ZoneRecord Mx(ushort preference, string host) =>
        new(15, [(byte)(preference >> 8), (byte)preference, .. ZoneServer.WireName(host)]);

    /// <summary>Cut into strings of 255 octets. RFC 1035 §3.3.14.</summary>
    public static ZoneRecord Text(string text) =>
        new(16, [.. Encoding.UTF8.GetBytes(text).Chunk(255).SelectMany(part => part.Prepend((byte)part.Length))]);

    public static ZoneRecord Pointer(string host) => new(12, ZoneServer.WireName(host));

    /// <summary>Another name that has the records. The server follows it within its table. RFC 1034 §3.6.2.</summary>
    public static ZoneRecord Alias(string host) => new(ZoneServer.AliasType, ZoneServer.WireName(host)) { Target = host };

    /// <summary>Where an alias leads; empty for other records.</summary>
    public string Target { get; private init; } = "";
}

/// <summary>
/// A name server small enough for a demonstration: loopback, UDP, answers from a table, NXDOMAIN for what is not in it and SERVFAIL for
/// what is listed as broken. RFC 1035 §4.1.
/// </summary>
internal sealed class ZoneServer : IAsyncDisposable
{
    internal const ushort AliasType = 5;

    private const int HeaderLength = 12;
    private const int MaxAliases = 8;
    private const int NoError = 0;
    private const int ServerFailure = 2;
    private const int NxDomain = 3;

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Dictionary<string, ZoneRecord[]> _zone;
    private readonly HashSet<string> _broken;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _loop;
    private int _questions;

    /// <param name="zone">By name, in any case, without a dot at the end.</param>
    /// <param name="broken">Names that nobody can look up.</param>
    /// <param name="timeToLive">Of every record, in seconds.</param>
    public ZoneServer(IReadOnlyDictionary<string, ZoneRecord[]> zone, IEnumerable<string> broken, uint timeToLive = 60)
    {
        _zone = new Dictionary<string, ZoneRecord[]>(zone, StringComparer.OrdinalIgnoreCase);
        _broken = new HashSet<string>(broken, StringComparer.OrdinalIgnoreCase);
        TimeToLive = timeToLive;
        _loop = AnswerAllAsync();
    }

    public IPEndPoint Endpoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

    public uint TimeToLive { get; }

    /// <summary>Asked so far.</summary>
    public int Questions => Volatile.Read(ref _questions);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _loop;
        _socket.Dispose();
        _over.Dispose();
    }

    /// <summary>Labels with their lengths, and the root at the end. RFC 1035 §3.1.</summary>
    internal static byte[] WireName(string name) =>
        [
            .. name.Split('.', StringSplitOptions.RemoveEmptyEntries)
                .SelectMany(label => Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length)),
            0,
        ];

    private async Task AnswerAllAsync()
    {
        try
        {
            while (!_over.IsCancellationRequested)
            {
                UdpReceiveResult received = await _socket.ReceiveAsync(_over.Token);
                Interlocked.Increment(ref _questions);
                if (TryAnswer(received.Buffer, out byte[] answer))
                    await _socket.SendAsync(answer, received.RemoteEndPoint, _over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The demonstration is over.
        }
    }

    private bool TryAnswer(byte[] query, out byte[] answer)
    {
        answer = [];
        if (!TryReadQuestion(query, out string name, out ushort type, out int end))
            return false;

        var records = new List<byte[]>();
        byte[] owner = [0xC0, HeaderLength]; // a pointer to the question. RFC 1035 §4.1.4.
        for (int i = 0; i < MaxAliases && Find(name, AliasType) is [var alias, ..] && type != AliasType; i++)
        {
            records.Add(Wire(owner, alias));
            (name, owner) = (alias.Target, WireName(alias.Target));
        }

        records.AddRange(Find(name, type).Select(record => Wire(owner, record)));
        int code =
            _broken.Contains(name) ? ServerFailure
            : _zone.ContainsKey(name) ? NoError
            : NxDomain;
        answer =
        [
            .. Header(query, code, records.Count),
            .. query.AsSpan(HeaderLength, end - HeaderLength),
            .. records.SelectMany(record => record),
        ];
        return true;
    }

    private ZoneRecord[] Find(string name, ushort type) =>
        _broken.Contains(name) ? [] : Array.FindAll(_zone.GetValueOrDefault(name, []), record => record.Type == type);

    private static bool TryReadQuestion(byte[] query, out string name, out ushort type, out int end)
    {
        (name, type, end) = ("", 0, 0);
        var labels = new List<string>();
        int at = HeaderLength;
        while (at < query.Length && query[at] is > 0 and < 64 && at + query[at] < query.Length)
        {
            labels.Add(Encoding.ASCII.GetString(query, at + 1, query[at]));
            at += query[at] + 1;
        }

        end = at + 5;
        if (end > query.Length || query[at] != 0)
            return false;
        name = string.Join('.', labels);
        type = BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(at + 1));
        return true;
    }

    /// <summary>The query's identifier; response, authoritative, recursion as if available; one question. RFC 1035 §4.1.1.</summary>
    private static byte[] Header(byte[] query, int code, int answers) =>
        [query[0], query[1], 0x85, (byte)(0x80 | code), 0, 1, (byte)(answers >> 8), (byte)answers, 0, 0, 0, 0];

    private byte[] Wire(byte[] owner, ZoneRecord record)
    {
        byte[] fixedPart = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart, record.Type);
        fixedPart[3] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(fixedPart.AsSpan(4), TimeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart.AsSpan(8), (ushort)record.Data.Length);
        return [.. owner, .. fixedPart, .. record.Data];
    }
}
