namespace Packetboat.Torture.Storm;

/// <summary>How hard, how long and with what.</summary>
internal sealed record StormOptions
{
    public required string Packetboat { get; init; }

    public required int Seed { get; init; }

    public required int Kills { get; init; }

    public required int DiskFaults { get; init; }

    public required int ClockJumps { get; init; }

    /// <summary>Backups taken while mail flows.</summary>
    public required int Backups { get; init; }

    /// <summary>Letters that have to be accepted before it ends.</summary>
    public required int Messages { get; init; }

    public required int Connections { get; init; }

    public required TimeSpan Limit { get; init; }

    public required bool Keep { get; init; }
}
