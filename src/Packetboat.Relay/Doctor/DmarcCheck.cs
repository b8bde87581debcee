using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.Spf;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether a receiver would find that our domain sent our mail, and what it asks for if not. RFC 7489.</summary>
internal sealed class DmarcCheck : DomainRecordCheck
{
    public override string Name => "dmarc";

    public override string Title => "DMARC";

    protected override async Task<Finding> ExamineAsync(Facts facts, string domain, CancellationToken ct)
    {
        SpfVerdict? spf = await facts.SpfAsync();
        DmarcVerdict verdict = await new DmarcEvaluator(facts.Resolver, PublicSuffixList.Embedded).EvaluateAsync(
            [domain],
            spf ?? new SpfVerdict(SpfResult.None, domain, "not known"),
            (await facts.DkimAsync()).Verdicts,
            ct
        );
        return verdict.Result switch
        {
            DmarcResult.Pass => Ok(verdict.Reason),
            DmarcResult.None => Warning(
                verdict.Reason,
                "Gmail and Yahoo want a record from those who send much, and strangers may use the domain's name freely",
                "Publish one that asks for reports alone to begin with",
                Beginning(domain)
            ),
            DmarcResult.PermError => Failure(
                verdict.Reason,
                "receivers treat the domain as if it had no record",
                "Publish this one in its place, and no other; p= may ask for more",
                Beginning(verdict.PolicyDomain ?? domain)
            ),
            DmarcResult.Fail when spf is null => NotChecked("the address that mail leaves from is not known"),
            DmarcResult.Fail => Unproven(verdict, await facts.IsSpfInDoubtAsync(ct)),
            _ => NotChecked(verdict.Reason),
        };
    }

    /// <summary>Asks for reports, and for nothing else.</summary>
    private static DnsRecord Beginning(string domain) =>
        DnsRecord.Text($"_dmarc.{domain}", $"v=DMARC1; p=none; rua=mailto:postmaster@{domain}");

    private Finding Unproven(DmarcVerdict verdict, bool isInDoubt)
    {
        const string Remedy = "Let SPF name the host that sends, or sign with a key of this domain (SPF and DKIM, here)";
        return verdict.Policy == DmarcPolicy.None || isInDoubt
            ? Warning(verdict.Reason, "receivers cannot tell our mail from forged mail", Remedy)
            : Failure(
                verdict.Reason,
                $"the domain asks receivers to {(verdict.Policy == DmarcPolicy.Reject ? "refuse" : "take for spam")} what is not shown to be its own, and so is ours",
                Remedy
            );
    }
}
