namespace Packetboat.Relay.Doctor;

/// <summary>Whether names can be looked up. Nothing else works where they cannot.</summary>
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
            return Failure(
                $"{asked}: {string.Join("; ", health.Failures)}",
                "no name can be looked up, and so no mail server found",
                "See whether the name server runs and can be reached (DNSServer in [Mail] of sbbs.ini, else /etc/resolv.conf)"
            );
        if (health.Trouble.Length > 0)
            return Failure(
                $"{asked}: there is no {Providers.Domains[0]}, it says, nor {Providers.Domains[1]}",
                "it knows its own network only, or somebody answers in its place",
                "Name one that asks the Internet: DNSServer in [Mail] of sbbs.ini, else /etc/resolv.conf"
            );
        return health.Failures.Count > 0
            ? Warning(
                $"{asked}: some questions are answered, and some are not: {string.Join("; ", health.Failures)}",
                "the name server, or the way to it, is overloaded",
                "Use one that is nearer, best on this machine"
            )
            : Ok($"{asked}: all {health.Answered} questions are answered");
    }
}
