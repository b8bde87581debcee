using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Hub;

/// <summary>
/// As whom an account may send: with an address in a domain that it has proven or was granted, or with its own forms of address on this hub,
/// by which replies find the node: <c>NODE@hub</c>, <c>NODE!user@hub</c>, <c>user@node.hub</c>.
/// </summary>
public static class SenderRules
{
    /// <summary>Why the account may not use the address, what would help, and who can; null: it may.</summary>
    public static string? Refusal(AuthenticatedAccount account, MailAddress address, string hub)
    {
        string domain = address.AsciiDomain;
        if (IsOwnForm(account.Id, address, domain, hub) || account.Domains.Any(d => d.IsUsable && d.Covers(domain)))
            return null;
        AccountDomain? waiting = account.Domains.FirstOrDefault(d => d.Covers(domain));
        if (waiting is null && IsHubs(domain, hub))
            return $"<{address}> may not be used by account {account.Id}: {domain} is the hub's. Here it is {OwnForms(account.Id, hub)}";
        string why = domain.Length == 0 ? "it has no domain" : $"{domain} is not proven";
        string remedy = waiting is null
            ? $"Ask postmaster@{hub} to add it"
            : $"Publish TXT {waiting.RecordName} \"{waiting.RecordText}\" or ask postmaster@{hub}";
        return $"<{address}> may not be used by account {account.Id}: {why}. {remedy}";
    }

    private static bool IsHubs(string domain, string hub) =>
        string.Equals(domain, hub, StringComparison.OrdinalIgnoreCase)
        || (domain.EndsWith(hub, StringComparison.OrdinalIgnoreCase) && domain[^(hub.Length + 1)] == '.');

    private static string OwnForms(QwkId id, string hub) =>
        $"{id.Text}@{hub}, {id.Text}!user@{hub} or user@{id.Text.ToLowerInvariant()}.{hub}";

    private static bool IsOwnForm(QwkId id, MailAddress address, string domain, string hub)
    {
        if (string.Equals(domain, $"{id.Text}.{hub}", StringComparison.OrdinalIgnoreCase))
            return true;
        if (!string.Equals(domain, hub, StringComparison.OrdinalIgnoreCase))
            return false;
        ReadOnlySpan<char> local = address.LocalPart;
        if (local[0] == '"')
            local = local[1..^1];
        return local.StartsWith(id.Text, StringComparison.OrdinalIgnoreCase)
            && (local.Length == id.Text.Length || (local[id.Text.Length] == '!' && local.Length > id.Text.Length + 1));
    }
}
