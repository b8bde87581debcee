namespace Packetboat.Relay.TransportSecurity;

/// <summary>Reads policies from the web servers of their domains. Every failure is an answer.</summary>
internal interface IPolicyFetcher
{
    Task<FetchedPolicy> FetchAsync(string domain, CancellationToken stopping);
}
