namespace Packetboat.Torture.Powercut;

internal sealed record PowercutOptions
{
    public required string Packetboat { get; init; }

    public required int Seed { get; init; }

    /// <summary>Letters to be accepted, half of them while the next hop is down.</summary>
    public required int Messages { get; init; }

    public required int Connections { get; init; }

    /// <summary>Disks to be looked at.</summary>
    public required int States { get; init; }

    /// <summary>Before these, the power is cut after every one of so many writes, and some ways at each sync among them.</summary>
    public required int Prefixes { get; init; }

    /// <summary>Ways in which what a sync is about to make durable is put down without it.</summary>
    public required int Reorderings { get; init; }

    /// <summary>The disk says that it has synced the write-ahead log, and has not.</summary>
    public required bool IgnoreSyncs { get; init; }

    public required TimeSpan Limit { get; init; }

    public required bool Keep { get; init; }
}
