using Packetboat.Relay.Shaping;

namespace Packetboat.Relay.Diagnosis;

/// <summary>Who runs a mail server, told by its name.</summary>
/// <param name="Id">As entries name it.</param>
/// <param name="Name">As people call it.</param>
/// <param name="Hosts">Domains of its servers, lower case; none: all that nobody else runs.</param>
/// <param name="Shape">How much it takes of us; null: the usual.</param>
internal sealed record MailProvider(string Id, string Name, IReadOnlyList<string> Hosts, ProviderShape? Shape = null)
{
    /// <summary>The <see cref="Id"/> of the entry for all hosts that no other names.</summary>
    public const string Others = "others";

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
