using System.Net;
using Packetboat.Protocol.Dns;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether the domain that mail is from exists.</summary>
internal sealed class DomainCheck : Check
{
    public override string Name => "domain";

    public override string Title => "Own domain";

    public override bool NeedsDns => true;

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        if (facts.Subject.Domain is not { } domain)
            return NotChecked("nobody has said which it is: --domain, or HostName in [Mail] of sbbs.ini");
        return await IsMissingAsync(facts, ct)
            ? Failure(
                $"there is no domain {domain}",
                "receivers refuse mail of a domain that does not exist",
                "Register it, or write the right one: HostName in [Mail] of sbbs.ini, or addr in [Internet] of msgs.ini"
            )
            : Ok($"{domain} exists");
    }

    /// <summary>RFC 8020: where there is no such name there is nothing below it.</summary>
    public static async Task<bool> IsMissingAsync(Facts facts, CancellationToken ct) =>
        facts.Subject.Domain is { } domain
        && await facts.Resolver.MxAsync(domain, ct) is DnsAnswer<MxRecord>.NxDomain
        && await facts.Resolver.Ipv4Async(domain, ct) is DnsAnswer<IPAddress>.NxDomain;
}
