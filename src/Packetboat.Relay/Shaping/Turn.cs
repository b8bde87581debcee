namespace Packetboat.Relay.Shaping;

/// <summary>What comes of asking a provider's pace for a connection.</summary>
internal abstract record Turn
{
    private Turn() { }

    /// <summary>A connection may be opened.</summary>
    public sealed record Mine(PacedConnection Connection) : Turn;

    /// <summary>Not now.</summary>
    /// <param name="Until">When it is worth asking again.</param>
    /// <param name="Reason">In words. A stranger's may be among them.</param>
    public sealed record Later(DateTimeOffset Until, string Reason) : Turn;
}
