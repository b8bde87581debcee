namespace Packetboat.Relay.TransportSecurity;

/// <summary>
/// Remembers the policies of other domains. They must outlive a restart: what protects them from somebody who keeps us from fetching them is
/// that we have them already. RFC 8461 §10.2.
/// </summary>
public interface IMtaStsStore
{
    /// <summary>Policies that are kept; then those go that expire first.</summary>
    const int MaxPolicies = 20_000;

    /// <returns>Null: there is none, or it has expired.</returns>
    CachedPolicy? FindPolicy(string domain);

    Task KeepPolicyAsync(CachedPolicy policy, CancellationToken stopping);
}
