using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether names can be looked up. Nothing else works where they cannot, but for a relay whose address is known.</summary>
internal sealed class DnsCheck : Check
{
    public override string Name => "dns";

    public override string Title => "DNS";

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        DnsHealth health = await facts.DnsAsync();
        string asked = facts.Subject.Effective.Mail.DnsServer is { } server
            ? $"DNSServer {server}"
            : "the name servers of the system";
        if (health.IsDead)
            return await TroubleAsync(
                facts,
                $"{asked}: {string.Join("; ", health.Failures)}",
                "no name can be looked up, and so no mail server found",
                "See whether the name server runs and can be reached (DNSServer in [Mail] of sbbs.ini, else /etc/resolv.conf)",
                ct
            );
        if (health.Trouble.Length > 0)
            return await TroubleAsync(
                facts,
                $"{asked}: there is no {LargeReceivers.Domains[0]}, it says, nor {LargeReceivers.Domains[1]}",
                "it knows its own network only, or somebody answers in its place",
                "Name one that asks the Internet: DNSServer in [Mail] of sbbs.ini, else /etc/resolv.conf",
                ct
            );
        return health.Failures.Count > 0
            ? Warning(
                $"{asked}: some questions are answered, and some are not: {string.Join("; ", health.Failures)}",
                "the name server, or the way to it, is overloaded",
                "Use one that is nearer, best on this machine"
            )
            : Ok($"{asked}: all {health.Answered} questions are answered");
    }

    /// <summary>A relay that has an address asks the DNS for us: where all mail goes there, ours is in the way of nothing but these checks.</summary>
    private async Task<Finding> TroubleAsync(Facts facts, string words, string cause, string remedy, CancellationToken ct)
    {
        bool isByRelay =
            facts.Subject.UsedRelay is { } relay
            && facts.Subject.Settings!.Routes.All(rule => rule.Action is RouteAction.Relay or RouteAction.Never)
            && (await facts.AddressesOfAsync(relay.Server, ct)).Addresses.Count > 0;
        return isByRelay
            ? Warning($"{words}. Mail goes to the relay all the same, which looks names up by itself", cause, remedy)
            : Failure(words, cause, remedy);
    }
}
