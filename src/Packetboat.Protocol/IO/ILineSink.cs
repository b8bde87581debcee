namespace Packetboat.Protocol.IO;

/// <summary>
/// Takes the lines of a message, dots already removed: one or more at a time, each with its CRLF. Only the last of a counted message may lack
/// it, and comes alone.
/// </summary>
public interface ILineSink
{
    void Lines(ReadOnlySpan<byte> lines);
}
