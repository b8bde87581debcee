namespace Packetboat.Relay.Hub;

/// <summary>Whose a domain is already: a grant is the operator's word, and must not make two accounts one another's impostors unawares.</summary>
internal static class DomainHolders
{
    /// <summary>Why a domain may not be granted; null: it may. <see cref="AccountDomain.Any"/> says by itself that everything is meant.</summary>
    /// <param name="domain">Lower case, A-labels.</param>
    /// <param name="subdomains">Those below it are meant too.</param>
    /// <param name="hostName">The hub's.</param>
    /// <param name="others">Of the accounts that it would not be granted to.</param>
    public static Refusal? WhyNotGranted(string domain, bool subdomains, string hostName, IEnumerable<AccountDomain> others)
    {
        if (domain == AccountDomain.Any)
            return null;
        string hub = AccountDomain.NameOf(hostName);
        if (Overlap(domain, subdomains, hub, true))
            return new Refusal(
                domain,
                "it is this hub's own, in which the other accounts and the postmaster have their addresses",
                "Grant the node's own domain: its addresses on the hub it has without a grant"
            );
        return
            others.FirstOrDefault(other =>
                other is { IsUsable: true, Name: not AccountDomain.Any }
                && Overlap(domain, subdomains, other.Name, other.IncludesSubdomains)
            )
                is { } held
            ? new Refusal(
                domain,
                $"account {held.Account} has {(held.Name == domain ? "it" : held.Name)} already, {held.State.ToString().ToLowerInvariant()}",
                $"Take it away there first (packetboat account domain remove {held.Account} {held.Name}), or add it without --grant, so that a TXT record has to prove it"
            )
            : null;
    }

    private static bool Overlap(string one, bool oneBelow, string other, bool otherBelow) =>
        one == other || (oneBelow && IsBelow(other, one)) || (otherBelow && IsBelow(one, other));

    private static bool IsBelow(string name, string above) =>
        name.Length > above.Length && name[^(above.Length + 1)] == '.' && name.EndsWith(above, StringComparison.Ordinal);
}
