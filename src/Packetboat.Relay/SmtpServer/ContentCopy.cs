using System.Buffers;

namespace Packetboat.Relay.SmtpServer;

/// <summary>The beginning of a message, kept in memory while it goes by.</summary>
/// <param name="most">Octets.</param>
public sealed class ContentCopy(int most)
{
    private readonly ArrayBufferWriter<byte> _octets = new();

    public ReadOnlyMemory<byte> Octets => _octets.WrittenMemory;

    public void Append(ReadOnlySpan<byte> octets) =>
        _octets.Write(octets[..Math.Min(octets.Length, most - _octets.WrittenCount)]);
}
