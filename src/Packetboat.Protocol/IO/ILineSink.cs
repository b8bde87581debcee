namespace Packetboat.Protocol.IO;

/// <summary>Takes the lines of a message, dots already removed, each with its CRLF.</summary>
public interface ILineSink
{
    void Line(ReadOnlySpan<byte> line);
}
