namespace Packetboat.Bench.Relay;

/// <summary>What is done to the server besides the honest load.</summary>
internal enum SiegeKind
{
    /// <summary>Nothing.</summary>
    Without,

    /// <summary>Slow and silent clients.</summary>
    Slow,

    /// <summary>New connections from one address.</summary>
    FloodOfOne,

    /// <summary>The same number from fifty.</summary>
    FloodOfMany,
}
