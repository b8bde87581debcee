namespace Packetboat.Relay.TransportSecurity;

/// <summary>Reads policies from the web servers of their domains. Every failure is an answer.</summary>
internal interface IPolicyFetcher
{
    /// <returns>The text, or why there is none; printable.</returns>
    Task<(string? Text, string Fault)> FetchAsync(string domain, CancellationToken stopping);
}
