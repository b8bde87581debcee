using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Queue;

/// <summary>What the scheduler needs to know of the settings.</summary>
/// <param name="Limits">Of retries.</param>
/// <param name="MemoryMessages">Items in memory at most. <c>QueueMemory</c>.</param>
/// <param name="RelayConnections">At once.</param>
/// <param name="DomainConnections">At once, to one domain.</param>
/// <param name="IsSending">False with <c>NO_SENDMAIL</c>: mail is accepted and waits.</param>
/// <param name="TraceRetention">How long done messages are remembered.</param>
public sealed record SchedulerSettings(
    RetryLimits Limits,
    int MemoryMessages,
    int RelayConnections,
    int DomainConnections,
    bool IsSending,
    TimeSpan TraceRetention
)
{
    /// <summary>Octets of memory for content between acceptance and delivery, counted for each route; what is beyond is read back from the store.</summary>
    public const long MemoryBytes = 64 << 20;

    /// <summary>Of these, what mail from the store may take: new mail finds room even while the store is full of mail for dead hosts.</summary>
    public int StoredMessages => Math.Max(1, MemoryMessages * 3 / 4);

    public int ConnectionsOf(Route route) => route is Route.Relay ? RelayConnections : DomainConnections;

    /// <summary>One domain cannot fill the memory; the relay, which everything goes through, may.</summary>
    public int MemoryOf(Route route) => route is Route.Relay ? MemoryMessages : Math.Max(1, MemoryMessages / 4);
}
