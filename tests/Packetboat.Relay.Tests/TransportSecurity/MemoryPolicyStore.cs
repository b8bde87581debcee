using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Tests.TransportSecurity;

internal sealed class MemoryPolicyStore(TimeProvider time) : IMtaStsStore
{
    public Dictionary<string, CachedPolicy> Kept { get; } = [];

    public CachedPolicy? FindPolicy(string domain) =>
        Kept.GetValueOrDefault(domain) is { } kept && kept.Expires > time.GetUtcNow() ? kept : null;

    public Task KeepPolicyAsync(CachedPolicy policy, CancellationToken stopping)
    {
        Kept[policy.Domain] = policy;
        return Task.CompletedTask;
    }
}
