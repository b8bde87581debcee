using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.Spf;

namespace Packetboat.Relay.Checks;

/// <summary>What DMARC says of a message.</summary>
/// <param name="Result">A word of RFC 7489 §11.2.</param>
/// <param name="Reason">One line.</param>
/// <param name="Domain">Of From.</param>
/// <param name="PolicyDomain">Where the record is; null: nowhere, or it is not known.</param>
/// <param name="Policy">What is asked for mail that fails: none, quarantine or reject; null: the record could not be read.</param>
/// <param name="Percent">Of the mail that fails, to how much that is done; null: as for <paramref name="Policy"/>.</param>
/// <param name="DomainExists">Whether the domain has an address or a mail host; null: it is not known.</param>
/// <param name="Spf">Of the envelope.</param>
/// <param name="Dkim">Of the message.</param>
public sealed record DmarcReport(
    string Result,
    string Reason,
    string Domain,
    string? PolicyDomain,
    string? Policy,
    int? Percent,
    bool? DomainExists,
    SpfReport Spf,
    DkimReport Dkim
)
{
    public static DmarcReport Of(DmarcVerdict verdict, SpfVerdict spf, IReadOnlyList<DkimVerdict> dkim)
    {
        // A DNS that is silent and a record that nobody can read say nothing about what the domain asks for.
        bool isKnown = verdict.Record is not null || verdict.Result is DmarcResult.None;
        return new DmarcReport(
            verdict.Word,
            verdict.Reason,
            verdict.Domain,
            isKnown ? verdict.PolicyDomain : null,
            isKnown ? verdict.Policy.ToString().ToLowerInvariant() : null,
            isKnown ? verdict.Record?.Percent ?? 100 : null,
            isKnown ? verdict.DomainExists : null,
            SpfReport.Of(spf),
            DkimReport.Of(dkim)
        );
    }
}
