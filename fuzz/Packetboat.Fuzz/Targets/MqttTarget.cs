using Packetboat.Relay.Mqtt;

namespace Packetboat.Fuzz.Targets;

/// <summary>What a broker says, packet after packet: it is understood, refused, or more is waited for, and never more than the buffer has room for.</summary>
internal sealed class MqttTarget : IFuzzTarget
{
    private const int Buffer = 2 * MqttPacket.MaxAnswer;

    public string Name => "mqtt";

    public string What => "a broker's packets";

    public IReadOnlyList<string> Words { get; } =
    ["\x20\x02\x00\x00", "\x40\x02\x00\x01", "\xd0\x00", "\x30\x05\x00\x01", "\x80\x02", "\xff\xff\xff\x7f"];

    public int Try(ReadOnlySpan<byte> input)
    {
        int packets = 0;
        int at = 0;
        while (at < input.Length)
        {
            ReadOnlySpan<byte> rest = input[at..Math.Min(input.Length, at + Buffer)];
            if (!MqttPacket.TryRead(rest, out MqttAnswer? packet, out int length))
                return HashCode.Combine(packets, "refused");
            if (packet is null)
            {
                Check.That(rest.Length < Buffer, "more is waited for than there is room");
                return HashCode.Combine(packets, "more");
            }

            Check.That(length >= 2 && length <= rest.Length, $"a packet of {length} octets");
            IsWholeOnlyAtItsEnd(rest[..length], packet);
            at += length;
            packets++;
        }

        return packets;
    }

    /// <summary>However it comes in pieces, it is the same packet, and not before its last octet.</summary>
    private static void IsWholeOnlyAtItsEnd(ReadOnlySpan<byte> octets, MqttAnswer packet)
    {
        for (int some = 0; some < octets.Length; some++)
        {
            bool isFit = MqttPacket.TryRead(octets[..some], out MqttAnswer? early, out _);
            Check.That(isFit && early is null, $"{some} of {octets.Length} octets are a packet or none");
        }

        Check.That(MqttPacket.TryRead(octets, out MqttAnswer? again, out _) && packet.Equals(again), "it is another packet");
    }
}
