using System.Buffers;
using Packetboat.Protocol.IO;

namespace Packetboat.Fuzz.Targets;

/// <summary>The lines that a message came to.</summary>
internal sealed class LineCollector : ILineSink
{
    private readonly ArrayBufferWriter<byte> _content = new();

    public ReadOnlySpan<byte> Content => _content.WrittenSpan;

    public void Lines(ReadOnlySpan<byte> lines)
    {
        Check.That(!lines.IsEmpty, "a line of nothing");
        _content.Write(lines);
    }
}
