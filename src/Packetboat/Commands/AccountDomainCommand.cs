using System.CommandLine;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat account domain</c>: as whom an account may send.</summary>
internal static class AccountDomainCommand
{
    public static Command Create() =>
        new("domain", "Say in which domains an account's senders may lie")
        {
            Add(),
            On("list", "List the domains of an account", (operations, id, ct) => operations.ShowAccountAsync(id, ct)),
            On("check", "Look in the DNS now", (operations, id, ct) => operations.CheckDomainsAsync(id, ct)),
            Remove(),
        };

    /// <summary>In one line.</summary>
    public static string Senders(AccountRow account, string hub)
    {
        string own = $"{account.Id}@{hub}, {account.Id}!user@{hub}, user@{account.Id.ToLowerInvariant()}.{hub}";
        IEnumerable<string> more = (account.Domains ?? []).Select(domain =>
            domain.Name == AccountDomain.Any ? "any address" : "user@" + domain.Name
        );
        string[] all = [.. more];
        return all.Length > 0
            ? $"{string.Join(", ", all)}, {own}"
            : $"{own}; more: packetboat account domain add {account.Id} DOMAIN";
    }

    public static string Describe(DomainRow domain)
    {
        string name = domain.Name == AccountDomain.Any ? "any address" : domain.Name;
        string below = domain is { IncludesSubdomains: true, Name: not AccountDomain.Any } ? " and below" : "";
        string record = $"TXT {domain.RecordName} \"{domain.RecordText}\"";
        return name
            + below
            + domain.State switch
            {
                AccountDomainState.Granted => ", granted",
                AccountDomainState.Proven => $", proven, last seen {Print.Minute(domain.Checked)}",
                AccountDomainState.Pending => $", not proven yet. Publish {record}",
                AccountDomainState.Failing =>
                    $", lost on {Print.Minute(domain.FailingSince + AccountDomain.Grace)} unless the record is back: {record}",
                _ => $", lost. Publish {record}",
            };
    }

    private static Command Add()
    {
        (Argument<string> id, Argument<string> domain) = Arguments();
        var grant = new Option<bool>("--grant") { Description = "You vouch for it; no proof is asked for" };
        var subdomains = new Option<bool>("--subdomains") { Description = "The domains below it too" };
        var command = new Command("add", "Let an account use a domain") { id, domain, grant, subdomains };
        return command.Does(
            (operations, parsed, ct) =>
                operations.AddDomainAsync(
                    parsed.GetValue(id)!,
                    parsed.GetValue(domain)!,
                    parsed.GetValue(grant),
                    parsed.GetValue(subdomains),
                    ct
                ),
            Show
        );
    }

    private static Command Remove()
    {
        (Argument<string> id, Argument<string> domain) = Arguments();
        var command = new Command("remove", "Take a domain from an account") { id, domain };
        return command.Does(
            (operations, parsed, ct) => operations.RemoveDomainAsync(parsed.GetValue(id)!, parsed.GetValue(domain)!, ct),
            Show
        );
    }

    private static Command On(
        string name,
        string description,
        Func<IOperations, string, CancellationToken, Task<Result<AccountRow>>> operation
    )
    {
        Argument<string> id = Arguments().Id;
        var command = new Command(name, description) { id };
        return command.Does((operations, parsed, ct) => operation(operations, parsed.GetValue(id)!, ct), Show);
    }

    private static void Show(AccountRow account, bool json)
    {
        if (json)
        {
            Print.Json(account, OperationsJson.Default.AccountRow);
            return;
        }

        foreach (DomainRow domain in account.Domains ?? [])
            Print.Line($"{account.Id}  {Describe(domain)}");
        if (account.Domains is null or [])
            Print.Line($"{account.Id} has no domain: it sends with its addresses on this hub only");
    }

    private static (Argument<string> Id, Argument<string> Domain) Arguments() =>
        (
            new Argument<string>("id") { Description = "QWK-ID" },
            new Argument<string>("domain") { Description = "Such as bbs.example.org; * is any" }
        );
}
