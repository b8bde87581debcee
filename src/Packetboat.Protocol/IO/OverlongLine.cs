namespace Packetboat.Protocol.IO;

/// <summary>What must be known of a line that is too long to be kept: whether its line ends are clean, and whether a lone dot ends it.</summary>
internal struct OverlongLine
{
    private byte _last;
    private Since _since;

    private enum Since
    {
        LineEnd,
        Dot,
        DotAndCr,
        Other,
    }

    /// <summary>A CR was seen that no LF follows, or a LF without its CR.</summary>
    public bool HasBareLineEnd { get; private set; }

    /// <summary>What stands behind the last CR, but for more of them, is a dot.</summary>
    public readonly bool EndsInLoneDot => _since is Since.Dot or Since.DotAndCr;

    /// <summary>No LF has followed the last octet, which is a CR.</summary>
    public readonly bool IsHalfEnded => _last == '\r';

    public void Watch(ReadOnlySpan<byte> piece)
    {
        foreach (byte octet in piece)
        {
            HasBareLineEnd |= _last == '\r' != (octet == '\n');
            if (octet != '\n')
                _since = Next(octet);
            _last = octet;
        }
    }

    private readonly Since Next(byte octet) =>
        (octet, _since) switch
        {
            ((byte)'\r', Since.Dot or Since.DotAndCr) => Since.DotAndCr,
            ((byte)'\r', _) => Since.LineEnd,
            ((byte)'.', Since.LineEnd or Since.DotAndCr) => Since.Dot,
            _ => Since.Other,
        };
}
