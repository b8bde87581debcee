using System.Net;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Spf;

namespace Packetboat.Protocol.Dmarc;

/// <summary>Whether what SPF and DKIM have shown is shown for the domain that the reader sees. RFC 7489 §6.6.</summary>
public sealed class DmarcEvaluator(IResolver resolver, PublicSuffixList suffixes)
{
    /// <param name="authors">The domains of From; where there are several, the worst counts. RFC 7489 §6.6.1.</param>
    /// <param name="spf">Of the envelope.</param>
    /// <param name="dkim">Of the message.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="OperationCanceledException">The caller's token says so.</exception>
    public async ValueTask<DmarcVerdict> EvaluateAsync(
        IReadOnlyList<string> authors,
        SpfVerdict spf,
        IReadOnlyList<DkimVerdict> dkim,
        CancellationToken ct
    )
    {
        DmarcVerdict? worst = null;
        foreach (string author in authors)
        {
            DmarcVerdict verdict = await EvaluateAsync(author, spf, dkim, ct);
            if (worst is null || Badness(verdict) > Badness(worst))
                worst = verdict;
        }

        return worst ?? NotReadable("the message has no From");
    }

    /// <summary>For a message whose From names no domain. RFC 7489 §6.6.1: it is not for DMARC, and most receivers refuse it.</summary>
    public static DmarcVerdict NotReadable(string reason) => new(DmarcResult.PermError, "", null, null, DmarcPolicy.None, reason);

    private static int Badness(DmarcVerdict verdict) =>
        verdict.Result switch
        {
            DmarcResult.Fail => 10 + (int)verdict.Policy,
            DmarcResult.PermError => 5,
            DmarcResult.TempError => 4,
            DmarcResult.None => verdict.DomainExists ? 1 : 3,
            _ => 0,
        };

    private async ValueTask<DmarcVerdict> EvaluateAsync(
        string author,
        SpfVerdict spf,
        IReadOnlyList<DkimVerdict> dkim,
        CancellationToken ct
    )
    {
        string organization = suffixes.OrganizationalDomain(author);
        Found found = await RecordAsync(author, ct);
        if (found is { Record: null, Verdict: null } && organization != author)
            found = await RecordAsync(organization, ct);
        if (found.Verdict is { } trouble)
            return trouble with { Domain = author };
        if (found.Record is not { } record)
            return await WithoutRecordAsync(author, organization, ct);

        DmarcPolicy policy = found.Domain == author ? record.Policy : record.SubdomainPolicy;
        var verdict = new DmarcVerdict(DmarcResult.Pass, author, found.Domain, record, policy, "");
        if (spf.Result is SpfResult.Pass && IsAligned(spf.Domain, author, record.IsSpfStrict))
            return verdict with { Reason = $"SPF passes for {spf.Domain}, which {How(record.IsSpfStrict)} {author}" };
        if (
            Array.Find([.. dkim], one => one.Result is DkimResult.Pass && IsAligned(one.Domain, author, record.IsDkimStrict)) is
            { } signed
        )
            return verdict with { Reason = $"DKIM passes for {signed.Domain}, which {How(record.IsDkimStrict)} {author}" };

        bool mayPassLater =
            (spf.Result is SpfResult.TempError && IsAligned(spf.Domain, author, record.IsSpfStrict))
            || dkim.Any(one => one.Result is DkimResult.TempError && IsAligned(one.Domain, author, record.IsDkimStrict));
        return verdict with
        {
            Result = mayPassLater ? DmarcResult.TempError : DmarcResult.Fail,
            Reason = Why(author, record, spf, dkim),
        };
    }

    /// <summary>RFC 7489 §6.6.3.</summary>
    private async ValueTask<Found> RecordAsync(string domain, CancellationToken ct)
    {
        string name = $"_dmarc.{domain}";
        switch (await resolver.TextAsync(name, ct))
        {
            case DnsAnswer<string>.TemporaryFailure failure:
                return Trouble(DmarcResult.TempError, domain, $"{name} cannot be looked up: {failure.Reason}");
            case DnsAnswer<string>.Found answer:
                string[] records = [.. answer.Records.Where(DmarcRecord.IsMeant)];
                if (records.Length > 1)
                    return Trouble(DmarcResult.PermError, domain, $"{name} has {records.Length} records; only one may be");
                if (records.Length == 0)
                    break;
                return DmarcRecord.TryParse(records[0], out DmarcRecord? record, out string? fault)
                    ? new Found(domain, record, null)
                    : Trouble(DmarcResult.PermError, domain, $"the record at {name} is wrong: {fault}");
        }

        return new Found(domain, null, null);
    }

    private static Found Trouble(DmarcResult result, string domain, string reason) =>
        new(domain, null, new DmarcVerdict(result, domain, domain, null, DmarcPolicy.None, PrintableText.Of(reason, 500)));

    private async ValueTask<DmarcVerdict> WithoutRecordAsync(string author, string organization, CancellationToken ct)
    {
        bool exists = await ExistsAsync(author, ct);
        string where = organization == author ? "" : $", nor has {organization}";
        string reason = exists
            ? $"{author} has no DMARC record{where}"
            : $"there is no domain {author}; receivers refuse mail of a domain that does not exist";
        return new DmarcVerdict(DmarcResult.None, author, null, null, DmarcPolicy.None, reason, exists);
    }

    /// <summary>RFC 7489 appendix A.4: only what is known not to be there is not there.</summary>
    private async ValueTask<bool> ExistsAsync(string domain, CancellationToken ct) =>
        await resolver.MxAsync(domain, ct) is not DnsAnswer<MxRecord>.NxDomain
        || await resolver.Ipv4Async(domain, ct) is not DnsAnswer<IPAddress>.NxDomain
        || await resolver.Ipv6Async(domain, ct) is not DnsAnswer<IPAddress>.NxDomain;

    /// <summary>RFC 7489 §3.1.</summary>
    private bool IsAligned(string shown, string author, bool isStrict) =>
        shown.Length > 0
        && (
            shown.TrimEnd('.').Equals(author, StringComparison.OrdinalIgnoreCase)
            || (!isStrict && suffixes.OrganizationalDomain(shown) == suffixes.OrganizationalDomain(author))
        );

    private static string How(bool isStrict) => isStrict ? "is" : "belongs to the organization of";

    private string Why(string author, DmarcRecord record, SpfVerdict spf, IReadOnlyList<DkimVerdict> dkim)
    {
        string envelope = spf.Result is not SpfResult.Pass
            ? $"SPF: {spf.Word} for {Shown(spf.Domain)}"
            : $"SPF passes for {spf.Domain}, which is not {(record.IsSpfStrict ? author : $"of {suffixes.OrganizationalDomain(author)}")}";
        IEnumerable<string> signatures = dkim.Select(one =>
            one.Result is DkimResult.None ? "no DKIM signature"
            : one.Result is DkimResult.Pass ? $"DKIM passes for {one.Domain}, which is another domain"
            : $"DKIM: {one.Word} for {Shown(one.Domain)} ({one.Reason})"
        );
        return PrintableText.Of($"nothing shows that {author} sent it. {envelope}; {string.Join("; ", signatures)}", 500);
    }

    private static string Shown(string domain) => domain.Length == 0 ? "nobody" : domain;

    /// <summary>The record, or nothing, or the verdict that there can be no other.</summary>
    private readonly record struct Found(string Domain, DmarcRecord? Record, DmarcVerdict? Verdict);
}
