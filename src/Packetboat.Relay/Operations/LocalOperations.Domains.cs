using System.Net;
using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>The domains that accounts may use.</summary>
public sealed partial class LocalOperations
{
    public async Task<Result<AccountRow>> AddDomainAsync(
        string id,
        string domain,
        bool grant,
        bool subdomains,
        CancellationToken ct
    )
    {
        if (await FindAsync(id, ct) is not { } found)
            return NoSuchAccount(id);
        if (!TryReadDomain(domain, grant, state().HostName, out string name, out Refusal? refusal))
            return refusal!;
        if (grant && await WhyNotGrantedAsync(found.Account.Id, name, subdomains, ct) is { } held)
            return held;
        AccountDomain? known = found.Domains.FirstOrDefault(d => d.Name == name);
        DateTimeOffset now = time.GetUtcNow();
        // Said again it keeps its token: the record may be on its way already.
        AccountDomain added =
            grant ? new AccountDomain(found.Account.Id, name, subdomains || name == AccountDomain.Any, Token: null, now)
            : known is { Token: not null } ? known with { IncludesSubdomains = subdomains }
            : new AccountDomain(found.Account.Id, name, subdomains, AccountDomain.NewToken(), now);
        if (!await accounts.SetDomainAsync(added, ct))
            return NoSuchAccount(id);
        string how = (grant ? "granted" : "to be proven") + (subdomains ? ", with subdomains" : "");
        await NoteAsync("account domain add", found.Account.Id.Text, $"{name} {how}", ct);
        await store.ClearAlarmAsync(DomainProofs.AlarmKey(added), ct);
        await proofs.CheckAsync(added, ct);
        return await ShowAccountAsync(id, ct);
    }

    public async Task<Result<AccountRow>> CheckDomainsAsync(string id, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } found)
            return NoSuchAccount(id);
        foreach (AccountDomain domain in found.Domains)
            await proofs.CheckAsync(domain, ct);
        return await ShowAccountAsync(id, ct);
    }

    public async Task<Result<AccountRow>> RemoveDomainAsync(string id, string domain, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } found)
            return NoSuchAccount(id);
        string name = AccountDomain.NameOf(domain);
        if (
            found.Domains.FirstOrDefault(d => d.Name == name) is not { } known
            || !await accounts.RemoveDomainAsync(found.Account.Id, name, ct)
        )
            return new Refusal(
                Protocol.PrintableText.Of(domain, 80),
                $"account {found.Account.Id} does not have it",
                $"See: packetboat account domain list {found.Account.Id}"
            );
        await NoteAsync("account domain remove", found.Account.Id.Text, name, ct);
        await store.ClearAlarmAsync(DomainProofs.AlarmKey(known), ct);
        return await ShowAccountAsync(id, ct);
    }

    private async Task<Refusal?> WhyNotGrantedAsync(QwkId to, string domain, bool subdomains, CancellationToken ct)
    {
        var others = new List<AccountDomain>();
        foreach (Account other in await accounts.ListAsync(ct))
            if (other.Id != to && await accounts.FindAsync(other.Id.LoginForm, ct) is { } found)
                others.AddRange(found.Domains);
        return DomainHolders.WhyNotGranted(domain, subdomains, state().HostName, others);
    }

    private static bool TryReadDomain(string text, bool grant, string hub, out string name, out Refusal? refusal)
    {
        // With the dot at its end it is a name too.
        name = AccountDomain.NameOf(text.TrimEnd('.'));
        string shown = Protocol.PrintableText.Of(text, 80);
        refusal = null;
        if (name == AccountDomain.Any)
            refusal = grant ? null : new Refusal(shown, "nobody can prove every domain", "Say --grant, if you mean it");
        else if (!MailAddress.IsDomain(text.TrimEnd('.')) || text[0] == '[' || !name.Contains('.', StringComparison.Ordinal))
            refusal = new Refusal(shown, "it is not a domain", "Write bbs.example.org, or * for any");
        else if (IPAddress.TryParse(name, out _))
            refusal = new Refusal(shown, "it is an address", "Write the name of a domain, such as bbs.example.org");
        else if (!grant && name == AccountDomain.NameOf(hub))
            refusal = new Refusal(
                shown,
                "it is this hub's own, in which the other accounts and the postmaster have their addresses",
                "The account's addresses on the hub it has already; add its own domain"
            );
        else if (PublicSuffixList.Embedded.IsSuffix(name))
            refusal = new Refusal(
                shown,
                "anybody may have a domain below it: it is nobody's own",
                $"Write the domain itself, such as bbs.{name}"
            );
        return refusal is null;
    }
}
