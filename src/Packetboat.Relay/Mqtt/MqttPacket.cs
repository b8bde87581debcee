using System.Buffers.Binary;
using System.Text;

namespace Packetboat.Relay.Mqtt;

/// <summary>The control packets of MQTT 3.1.1 (OASIS, 2014) that a client needs which only publishes. Section numbers are that standard's.</summary>
internal static class MqttPacket
{
    /// <summary>Octets of a packet from a broker: what answers a client that subscribes to nothing has four.</summary>
    public const int MaxAnswer = 256;

    private const byte ProtocolLevel = 4;
    private const int MaxString = ushort.MaxValue;

    public static byte[] PingRequest { get; } = [(byte)MqttPacketType.PingRequest << 4, 0];

    public static byte[] Disconnect { get; } = [(byte)MqttPacketType.Disconnect << 4, 0];

    /// <summary>§3.1. A clean session: there is nothing for us to come back to.</summary>
    public static byte[] Connect(MqttConnectOptions options)
    {
        const byte CleanSession = 0x02;
        const byte Will = 0x04 | 0x08 | 0x20; // QoS 1, retained
        byte flags = CleanSession;
        var payload = new List<byte>();
        Add(payload, options.ClientId);
        if (options.WillTopic.Length > 0)
        {
            flags |= Will;
            Add(payload, options.WillTopic);
            Add(payload, Encoding.UTF8.GetBytes(options.WillMessage));
        }

        if (options.Username.Length > 0)
        {
            flags |= 0x80;
            Add(payload, options.Username);
            if (options.Password is { Length: > 0 } password)
            {
                flags |= 0x40;
                Add(payload, password);
            }
        }

        var body = new List<byte>();
        Add(body, "MQTT");
        body.AddRange([ProtocolLevel, flags, (byte)(options.KeepAliveSeconds >> 8), (byte)options.KeepAliveSeconds]);
        body.AddRange(payload);
        return Whole((byte)MqttPacketType.Connect << 4, body);
    }

    /// <summary>§3.3.</summary>
    /// <param name="topic">Without wildcards.</param>
    /// <param name="payload">Any octets.</param>
    /// <param name="isRetained">The broker keeps it for who subscribes later; an empty payload makes it forget.</param>
    /// <param name="id">Of the packet, at QoS 1; 0: QoS 0, nobody answers.</param>
    public static byte[] Publish(string topic, ReadOnlySpan<byte> payload, bool isRetained, ushort id)
    {
        var body = new List<byte>();
        Add(body, topic);
        if (id != 0)
            body.AddRange([(byte)(id >> 8), (byte)id]);
        body.AddRange(payload);
        int first = ((byte)MqttPacketType.Publish << 4) | (id != 0 ? 0x02 : 0) | (isRetained ? 0x01 : 0);
        return Whole((byte)first, body);
    }

    /// <summary>Reads one packet from the beginning of what has arrived.</summary>
    /// <param name="octets">From the broker.</param>
    /// <param name="packet">Null: it is not all there yet.</param>
    /// <param name="length">Octets of it.</param>
    /// <returns>False: this is no packet that a client of ours is ever sent.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, out MqttAnswer? packet, out int length)
    {
        (packet, length) = (null, 0);
        // §2.2.3: seven bits an octet, at most four octets. What we are sent fits into two.
        int remaining = 0;
        int at = 1;
        for (int shift = 0; ; shift += 7, at++)
        {
            if (shift > 7)
                return false;
            if (at >= octets.Length)
                return true;
            remaining |= (octets[at] & 0x7F) << shift;
            if ((octets[at] & 0x80) == 0)
                break;
        }

        at++;
        if (remaining > MaxAnswer)
            return false;
        if (octets.Length < at + remaining)
            return true;
        length = at + remaining;
        return TryRead(octets[0], octets.Slice(at, remaining), out packet);
    }

    private static bool TryRead(byte first, ReadOnlySpan<byte> body, out MqttAnswer? packet)
    {
        var type = (MqttPacketType)(first >> 4);
        packet = (type, body.Length) switch
        {
            (MqttPacketType.ConnectAnswer, 2) => new MqttAnswer(type, 0, body[1]),
            (MqttPacketType.PublishAnswer, 2) => new MqttAnswer(type, BinaryPrimitives.ReadUInt16BigEndian(body), 0),
            (MqttPacketType.PingAnswer, 0) => new MqttAnswer(type, 0, 0),
            _ => null,
        };
        return packet is not null;
    }

    private static byte[] Whole(byte first, List<byte> body)
    {
        var packet = new List<byte>(body.Count + 5) { first };
        int left = body.Count;
        do
        {
            byte digit = (byte)(left & 0x7F);
            left >>= 7;
            packet.Add(left > 0 ? (byte)(digit | 0x80) : digit);
        } while (left > 0);
        packet.AddRange(body);
        return [.. packet];
    }

    private static void Add(List<byte> body, string text) => Add(body, Encoding.UTF8.GetBytes(text));

    /// <summary>§1.5.3: two octets of length, then the string.</summary>
    private static void Add(List<byte> body, byte[] octets)
    {
        if (octets.Length > MaxString)
            throw new ArgumentException($"{octets.Length} octets do not fit into a string of MQTT", nameof(octets));
        body.AddRange([(byte)(octets.Length >> 8), (byte)octets.Length]);
        body.AddRange(octets);
    }
}
