namespace Packetboat.Relay.Diagnosis;

/// <summary>Who runs a mail server, told by its name.</summary>
/// <param name="Id">As entries name it.</param>
/// <param name="Name">As people call it.</param>
/// <param name="Hosts">Domains of its servers, lower case.</param>
internal sealed record MailProvider(string Id, string Name, IReadOnlyList<string> Hosts)
{
    public bool Runs(ReadOnlySpan<char> host)
    {
        foreach (string domain in Hosts)
            if (
                host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
                && (host.Length == domain.Length || host[^(domain.Length + 1)] == '.')
            )
                return true;
        return false;
    }
}
