using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>The web servers of all domains.</summary>
internal sealed class FakeFetcher : IPolicyFetcher
{
    /// <summary>Null: no web server answers.</summary>
    public string? Policy { get; set; }

    public int Asked { get; private set; }

    /// <summary>Awaited before each answer.</summary>
    public Task Delay { get; set; } = Task.CompletedTask;

    public async Task<FetchedPolicy> FetchAsync(string domain, CancellationToken stopping)
    {
        Asked++;
        await Delay;
        return Policy is null ? FetchedPolicy.None("the test says so") : new FetchedPolicy(Policy, "", "");
    }
}
