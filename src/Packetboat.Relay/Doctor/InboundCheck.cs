using System.Net;
using Packetboat.Protocol.Dns;

namespace Packetboat.Relay.Doctor;

/// <summary>Where the answers to our mail go, and whether somebody takes them there.</summary>
internal sealed class InboundCheck : DomainRecordCheck
{
    private const int Smtp = 25;

    public override string Name => "inbound";

    public override string Title => "Mail to you";

    protected override async Task<Finding> ExamineAsync(Facts facts, string domain, CancellationToken ct)
    {
        switch (MxHosts.Of(domain, await facts.Resolver.MxAsync(domain, ct), _ => false, Random.Shared))
        {
            case MailHosts.Unknown unknown:
                return NotChecked($"{domain}: {unknown.Reason}");
            case MailHosts.NullMx:
                return Ok($"{domain} says that it takes no mail (Null MX)");
            case MailHosts.Found found:
                return await ExamineAsync(facts, domain, found, ct);
            default:
                return NotChecked($"there is no domain {domain}");
        }
    }

    private async Task<Finding> ExamineAsync(Facts facts, string domain, MailHosts.Found hosts, CancellationToken ct)
    {
        string host = hosts.Names[0];
        (IReadOnlyList<IPAddress> addresses, string failure) = await facts.AddressesOfAsync(host, ct);
        if (addresses.Count == 0)
            return hosts.AreImplicit
                ? Warning(
                    $"{domain} has neither an MX record nor an address",
                    "answers and bounces come back, and some receivers refuse mail of a domain that takes none",
                    "Publish who takes its mail",
                    new DnsRecord(domain, "MX", $"10 {facts.Subject.HostName}.")
                )
                : Warning(
                    $"the MX record of {domain} names {host}: {failure}",
                    "nobody can send to you",
                    "Name a host that has an address"
                );
        if (facts.Subject.UsedRelay is not null || (await facts.WhyNotOwnAsync()).Length > 0)
            return Ok($"mail for {domain} goes to {host}; whether it takes it can only be seen from outside");
        int port = facts.Subject.Effective.Packetboat.AllowPrivateTargets ? facts.Subject.Effective.Packetboat.DirectPort : Smtp;
        Talk talk = await facts.CallAsync(host, new IPEndPoint(addresses[^1], port), ct);
        return talk.IsConnected
            ? Ok($"mail for {domain} goes to {host}, which answers")
            : Warning(
                $"mail for {domain} goes to {host}: {talk.Failure}",
                "it is down, or a firewall is before it; or it is behind this very router, which does not let its own out and in again",
                "Try it from outside"
            );
    }
}
