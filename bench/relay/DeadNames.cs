using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>
/// A name server for a world of one healthy host and many dead ones: <c>dN.dead.test</c> has a mail host of its own that refuses connections,
/// or, for some of the numbers, never answers; every other name is the sink's.
/// </summary>
internal sealed class DeadNames : IDisposable
{
    /// <summary>Below it all are dead.</summary>
    public const string DeadDomain = "dead.test";

    /// <summary>Accepts connections into a queue that is full: further ones hear nothing. See <see cref="SilentHost"/>.</summary>
    public static readonly IPAddress Silent = IPAddress.Parse("127.0.2.1");

    private const int QuestionAt = 12;
    private const ushort TypeA = 1;
    private const ushort TypeMx = 15;
    private const ushort TypeTxt = 16;
    private const int TimeToLive = 3600;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly int _oneSilentIn;

    /// <param name="oneSilentIn">How many dead hosts there are to each that never answers.</param>
    /// <param name="address">Where it answers.</param>
    public DeadNames(int oneSilentIn, IPEndPoint address)
    {
        _oneSilentIn = oneSilentIn;
        _socket.Bind(address);
    }

    /// <summary>TXT records by their names, in small letters; every other name has none.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Domains whose mail host is not where it would be, in small letters.</summary>
    public IReadOnlyDictionary<string, IPAddress> Hosts { get; init; } =
        new Dictionary<string, IPAddress>(StringComparer.Ordinal);

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public void Start() => new Thread(Answer) { IsBackground = true }.Start();

    public void Dispose() => _socket.Dispose();

    /// <summary>Until it is disposed of.</summary>
    public void Answer()
    {
        byte[] packet = new byte[1024];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                int length = _socket.ReceiveFrom(packet, ref from);
                if (length > QuestionAt)
                    _socket.SendTo(packet.AsSpan(0, Reply(packet, length)), SocketFlags.None, from);
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>The question becomes its answer, in place.</summary>
    private int Reply(byte[] packet, int length)
    {
        (string name, int end) = Name(packet, length);
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(end));
        end += 4;
        byte[] data = type switch
        {
            TypeA => HostOf(name).GetAddressBytes(),
            // Preference 10, and the label "mx" in front of the name that was asked for.
            TypeMx => [0, 10, 2, (byte)'m', (byte)'x', 0xC0, QuestionAt],
            TypeTxt when Texts.TryGetValue(name, out string? text) => Strings(text),
            _ => [],
        };
        packet[2] = 0x84 | 1; // an answer with authority, recursion desired
        packet[3] = 0x80;
        packet.AsSpan(4, 8).Clear();
        packet[5] = 1;
        if (data.Length == 0)
            return end;
        packet[7] = 1;
        Span<byte> record = packet.AsSpan(end);
        (record[0], record[1]) = (0xC0, QuestionAt);
        BinaryPrimitives.WriteUInt16BigEndian(record[2..], type);
        BinaryPrimitives.WriteUInt16BigEndian(record[4..], 1);
        BinaryPrimitives.WriteInt32BigEndian(record[6..], TimeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(record[10..], (ushort)data.Length);
        data.CopyTo(record[12..]);
        return end + 12 + data.Length;
    }

    /// <summary>Cut at 255 octets. RFC 1035 §3.3.14.</summary>
    private static byte[] Strings(string text) =>
        [.. Encoding.ASCII.GetBytes(text).Chunk(255).SelectMany(part => part.Prepend((byte)part.Length))];

    private static (string Name, int End) Name(byte[] packet, int length)
    {
        var name = new StringBuilder();
        int at = QuestionAt;
        while (at < length && packet[at] != 0)
        {
            name.Append(Encoding.ASCII.GetString(packet, at + 1, packet[at])).Append('.');
            at += packet[at] + 1;
        }

        return (name.ToString().TrimEnd('.').ToLowerInvariant(), at + 1);
    }

    private IPAddress HostOf(string name)
    {
        if (Hosts.TryGetValue(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..], out IPAddress? its))
            return its;
        if (!name.EndsWith(DeadDomain, StringComparison.Ordinal))
            return IPAddress.Loopback;
        string label = name[..^(DeadDomain.Length + 1)].Split('.')[^1];
        int number = int.TryParse(label.AsSpan(1), CultureInfo.InvariantCulture, out int found) ? found : 0;
        return number % _oneSilentIn == 0 ? Silent : new IPAddress([127, 1, (byte)(number >> 8), (byte)number]);
    }
}
