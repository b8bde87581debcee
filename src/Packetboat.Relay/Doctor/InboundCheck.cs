using System.Net;
using Packetboat.Protocol.Dns;

namespace Packetboat.Relay.Doctor;

/// <summary>Where the answers to our mail go, and whether somebody takes them there.</summary>
internal sealed class InboundCheck : DomainRecordCheck
{
    private const int Smtp = 25;
    private const int MostHosts = 5;

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
        (string Host, IPAddress? Address, string Failure)[] all = await Task.WhenAll(
            hosts.Names.Take(MostHosts).Select(host => FindAsync(facts, host, ct))
        );
        if (Array.Find(all, one => one.Address is null) is { Host: { } lost } without)
            return hosts.AreImplicit
                ? Warning(
                    $"{domain} has neither an MX record nor an address",
                    "answers and bounces come back, and some receivers refuse mail of a domain that takes none",
                    "Publish who takes its mail",
                    new DnsRecord(domain, "MX", $"10 {facts.Subject.HostName}.")
                )
                : Warning(
                    $"the MX record of {domain} names {lost}: {without.Failure}",
                    all.Length == 1 ? "nobody can send to you" : "who comes to it first loses time, or sends nothing",
                    "Name a host that has an address"
                );
        string words = $"mail for {domain} goes to {string.Join(", ", all.Select(one => one.Host))}";
        if (!await facts.IsOpenAsync())
            return NotChecked($"{words}; whether it takes it can only be seen from outside, as port 25 is closed here");
        int port = facts.Subject.Effective.Packetboat.AllowPrivateTargets ? facts.Subject.Effective.Packetboat.DirectPort : Smtp;
        Talk[] talks = await Task.WhenAll(all.Select(one => facts.CallAsync(one.Host, new IPEndPoint(one.Address!, port), ct)));
        return Array.Find(talks, talk => !talk.IsConnected) is { } mute
            ? Warning(
                all.Length == 1 ? $"{words}: {mute.Failure}" : $"{words}; {mute.Host}: {mute.Failure}",
                "it is down, or a firewall is before it; or it is behind this very router, which does not let its own out and in again",
                "Try it from outside"
            )
            : Ok($"{words}, which {(all.Length == 1 ? "answers" : "answer")}");
    }

    private static async Task<(string, IPAddress?, string)> FindAsync(Facts facts, string host, CancellationToken ct)
    {
        (IReadOnlyList<IPAddress> addresses, string failure) = await facts.AddressesOfAsync(host, ct);
        return (host, addresses.Count > 0 ? addresses[^1] : null, failure);
    }
}
