using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>A policy that was fetched.</summary>
/// <param name="Domain">Whose; lower case.</param>
/// <param name="Id">What its TXT record said then. RFC 8461 §3.1.</param>
/// <param name="Text">As it was read.</param>
/// <param name="Fetched">When.</param>
/// <param name="Expires">After that it is none any more.</param>
public sealed record CachedPolicy(string Domain, string Id, string Text, DateTimeOffset Fetched, DateTimeOffset Expires)
{
    /// <summary>Null: a version that read it otherwise has kept it.</summary>
    public MtaStsPolicy? Policy { get; } = MtaStsPolicy.TryParse(Text, out MtaStsPolicy? policy, out _) ? policy : null;
}
