using System.Globalization;
using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Doctor;

/// <summary>
/// Whether senders that keep to our policy (RFC 8461) still reach us: it must be where they look for it, and name the hosts of our MX records.
/// </summary>
internal sealed class MtaStsCheck()
    : TransportRecordsCheck("mta-sts", "MTA-STS", "_mta-sts", "v=STSv1", "v=STSv1; id=20260101000000")
{
    private static readonly TimeSpan UsualAge = TimeSpan.FromDays(7);

    /// <summary>The record alone says nothing: the policy comes first.</summary>
    protected override async Task<Finding> NotPublishedAsync(Facts facts, string at, string domain, CancellationToken ct) =>
        await HostsAsync(facts, domain, ct) is { } hosts
            ? Ok(
                "not published; it is voluntary, and concerns mail to you: with it senders can see to it that mail reaches you by verified TLS alone. The policy comes first, then the record",
                RightRecord(facts, at, domain)
            ) with
            {
                Page = Testing(domain, hosts),
            }
            : Ok("not published; it is voluntary, and concerns mail to you");

    /// <summary>Senders look at the policy when the id is another. RFC 8461 §3.1 has letters and digits, at most 32.</summary>
    protected override DnsRecord RightRecord(Facts facts, string at, string domain) =>
        DnsRecord.Text(at, string.Create(CultureInfo.InvariantCulture, $"v=STSv1; id={facts.Time.GetUtcNow():yyyyMMddHHmmss}"));

    protected override async Task<Finding> ExamineAsync(Facts facts, string domain, string words, CancellationToken ct)
    {
        FetchedPolicy fetched = await facts.FetchPolicyAsync(domain, ct);
        string where = PlaceOf(domain);
        IReadOnlyList<string>? hosts = await HostsAsync(facts, domain, ct);
        WebPage? whole = hosts is null ? null : Testing(domain, hosts);
        if (fetched.Text is not { } text)
            return Warning(
                $"{words}, and there is no policy: {fetched.Fault}",
                "senders that have one from before keep to it until it ends, the others send as if there were none",
                $"Put it at {where}, with a certificate for that name, or take the record away"
            ) with
            {
                // Over one that cannot be read just now it would ask for less.
                Page = await IsAbsentAsync(facts, domain, fetched, ct) ? whole : null,
            };
        if (!MtaStsPolicy.TryParse(text, out MtaStsPolicy? policy, out string? fault))
            return Warning(
                $"{where}: {fault}",
                "senders take it for none",
                "Mend it, and change the id in the record",
                NewRecord(facts, domain)
            ) with
            {
                Page = whole,
            };
        return hosts is null || policy.Mode == MtaStsMode.None
            ? Ok($"{words}, mode {policy.ModeWord}")
            : Compare(facts, domain, words, policy, hosts);
    }

    private Finding Compare(Facts facts, string domain, string words, MtaStsPolicy policy, IReadOnlyList<string> hosts)
    {
        string mode = policy.ModeWord;
        string[] unnamed = [.. hosts.Where(host => !policy.Covers(host))];
        if (unnamed.Length == 0)
            return Ok($"{words}, mode {mode}, and it names the hosts of the MX records");
        string lacking =
            $"the policy at {PlaceOf(domain)}, mode {mode}, does not name {string.Join(", ", unnamed)} of the MX records";
        string remedy =
            $"Add to it: {string.Join(", ", unnamed.Select(host => $"mx: {host}"))}; then change the id in the record";
        DnsRecord record = NewRecord(facts, domain);
        Finding finding =
            policy.Mode == MtaStsMode.Enforce
                ? Failure(lacking, "senders that keep to it give them no mail for you", remedy, record)
                : Warning(lacking, "senders report it, and will give them no mail once the mode is enforce", remedy, record);
        return finding with { Page = Page(domain, policy with { Patterns = [.. policy.Patterns, .. unnamed] }) };
    }

    private static async Task<bool> IsAbsentAsync(Facts facts, string domain, FetchedPolicy fetched, CancellationToken ct) =>
        fetched.IsAbsent || (await facts.AddressesOfAsync(PolicyFetcher.HostOf(domain), ct)).Failure == HostAddresses.None;

    private DnsRecord NewRecord(Facts facts, string domain) => RightRecord(facts, $"_mta-sts.{domain}", domain);

    private static string PlaceOf(string domain) => $"https://{PolicyFetcher.HostOf(domain)}/.well-known/mta-sts.txt";

    /// <summary>To begin with: senders keep to it no more than before, and tell what would go wrong.</summary>
    private static WebPage Testing(string domain, IReadOnlyList<string> hosts) =>
        Page(domain, new MtaStsPolicy(MtaStsMode.Testing, UsualAge, [.. hosts.Order(StringComparer.Ordinal)]));

    private static WebPage Page(string domain, MtaStsPolicy policy) => new(PlaceOf(domain), policy.Text);
}
