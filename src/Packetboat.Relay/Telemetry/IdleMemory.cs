namespace Packetboat.Relay.Telemetry;

/// <summary>
/// Gives memory back to the system when the server has little to do. The collector works when something is allocated: a server at rest would keep what
/// its start or its last crowd needed for hours.
/// </summary>
/// <param name="allocated">Octets that the program has allocated on the managed heap since its start, freed ones too.</param>
/// <param name="giveBack">Collects all of the heap and returns what is free.</param>
/// <param name="log">For looks that fail.</param>
/// <param name="time">The clock.</param>
public sealed class IdleMemory(Func<long> allocated, Action giveBack, MailLog log, TimeProvider time)
    : PeriodicService(Step, log, time)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    /// <summary>Octets between two looks: some ten messages a second are less, and the pause of a collection is nobody's trouble then.</summary>
    internal const long Little = 512 * 1024;

    /// <summary>Octets since the last time: a collection for less is not worth its pause.</summary>
    internal const long Worthwhile = 1024 * 1024;

    private long _seen;
    private long _given;

    /// <summary>Of this process.</summary>
    public IdleMemory(MailLog log, TimeProvider time)
        : this(() => GC.GetTotalAllocatedBytes(), GiveBack, log, time) { }

    protected internal override Task LookAsync(CancellationToken ct)
    {
        long now = allocated();
        bool isAtRest = now - _seen < Little;
        _seen = now;
        if (isAtRest && now - _given >= Worthwhile)
        {
            giveBack();
            _given = now;
        }

        return Task.CompletedTask;
    }

    private static void GiveBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
