namespace Packetboat.Protocol.IO;

/// <summary>The line ends of this system, and those of mail.</summary>
public static class LineEnds
{
    /// <summary>LF becomes CRLF where it is not yet.</summary>
    /// <param name="from">The next octets.</param>
    /// <param name="to">Twice as long.</param>
    /// <param name="afterReturn">Whether the octet before was a CR; false at the beginning.</param>
    /// <returns>Octets written.</returns>
    public static int ToNetwork(ReadOnlySpan<byte> from, Span<byte> to, ref bool afterReturn)
    {
        int length = 0;
        foreach (byte octet in from)
        {
            if (octet == '\n' && !afterReturn)
                to[length++] = (byte)'\r';
            to[length++] = octet;
            afterReturn = octet == '\r';
        }

        return length;
    }
}
