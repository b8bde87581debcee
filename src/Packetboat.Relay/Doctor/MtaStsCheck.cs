using Packetboat.Protocol.Dns;
using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Doctor;

/// <summary>
/// Whether senders that keep to our policy (RFC 8461) still reach us: it must be where they look for it, and name the hosts of our MX records.
/// </summary>
internal sealed class MtaStsCheck()
    : TransportRecordsCheck("mta-sts", "MTA-STS", "_mta-sts", "v=STSv1", "v=STSv1; id=20260101000000")
{
    /// <summary>The record alone says nothing: the policy comes first.</summary>
    protected override Task<Finding> NotPublishedAsync(Facts facts, string at, string domain, CancellationToken ct) =>
        Task.FromResult(
            Ok(
                $"not published; it is voluntary, and concerns mail to you: a policy at {PlaceOf(domain)}, and then a record at {at}"
            )
        );

    private static string PlaceOf(string domain) => $"https://{PolicyFetcher.HostOf(domain)}/.well-known/mta-sts.txt";

    protected override async Task<Finding> ExamineAsync(Facts facts, string domain, string words, CancellationToken ct)
    {
        FetchedPolicy fetched = await facts.FetchPolicyAsync(domain, ct);
        string where = PlaceOf(domain);
        if (fetched.Text is not { } text)
            return Warning(
                $"{words}, and there is no policy: {fetched.Fault}",
                "senders that have one from before keep to it until it ends, the others send as if there were none",
                $"Put it at {where}, with a certificate for that name, or take the record away"
            );
        if (!MtaStsPolicy.TryParse(text, out MtaStsPolicy? policy, out string? fault))
            return Warning($"{where}: {fault}", "senders take it for none", "Mend it, and change the id in the record");
        string mode = policy.Mode.ToString().ToLowerInvariant();
        if (
            policy.Mode == MtaStsMode.None
            || MxHosts.Of(domain, await facts.Resolver.MxAsync(domain, ct), _ => false, Random.Shared)
                is not MailHosts.Found hosts
        )
            return Ok($"{words}, mode {mode}");
        string[] unnamed = [.. hosts.Names.Where(host => !policy.Covers(host))];
        if (unnamed.Length == 0)
            return Ok($"{words}, mode {mode}, and it names the hosts of the MX records");
        string lacking = $"the policy at {where}, mode {mode}, does not name {string.Join(", ", unnamed)} of the MX records";
        string remedy =
            $"Add to it: {string.Join(", ", unnamed.Select(host => $"mx: {host}"))}; then change the id in the record";
        return policy.Mode == MtaStsMode.Enforce
            ? Failure(lacking, "senders that keep to it give them no mail for you", remedy)
            : Warning(lacking, "senders report it, and will give them no mail once the mode is enforce", remedy);
    }
}
