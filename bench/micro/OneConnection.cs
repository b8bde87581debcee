using Packetboat.Relay.Queue;

namespace Packetboat.Bench.Micro;

/// <summary>The scheduler as it is measured: room for all there is, and one connection.</summary>
internal static class OneConnection
{
    public static SchedulerSettings Settings { get; } =
        new(
            new RetryLimits(TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), 50, TimeSpan.FromDays(5)),
            MemoryMessages: 10_000,
            RelayConnections: 1,
            DomainConnections: 1,
            IsSending: true,
            TimeSpan.FromDays(14)
        );
}
