using System.Text.Json;
using System.Text.Json.Serialization;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.Spf;

namespace Packetboat.Relay.Checks;

/// <summary>What SPF says of a host and a sender.</summary>
/// <param name="Result">A word of RFC 7208 §2.6.</param>
/// <param name="Reason">One line.</param>
/// <param name="Domain">Whose record it is.</param>
/// <param name="Mechanism">The term that decided; null: none.</param>
/// <param name="Explanation">The domain's own words for those it refuses; null: none.</param>
public sealed record SpfReport(string Result, string Reason, string Domain, string? Mechanism, string? Explanation)
{
    public static SpfReport Of(SpfVerdict verdict) =>
        new(verdict.Word, verdict.Reason, verdict.Domain, verdict.Mechanism, verdict.Explanation);
}

/// <summary>What became of one signature.</summary>
/// <param name="Result">A word of RFC 8601 §2.7.1.</param>
/// <param name="Reason">One line.</param>
/// <param name="Domain">Who signed.</param>
/// <param name="Selector">With which key.</param>
/// <param name="Algorithm">As the signature names it.</param>
/// <param name="Identity">For whom.</param>
/// <param name="IsTesting">The domain only tries.</param>
public sealed record DkimSignatureReport(
    string Result,
    string Reason,
    string Domain,
    string Selector,
    string Algorithm,
    string Identity,
    bool IsTesting
)
{
    public static DkimSignatureReport Of(DkimVerdict verdict) =>
        new(
            verdict.Word,
            verdict.Reason,
            verdict.Domain,
            verdict.Selector,
            verdict.Algorithm,
            verdict.Identity,
            verdict.IsTesting
        );
}

/// <summary>What DKIM says of a message.</summary>
/// <param name="Result">Of the best signature, a word of RFC 8601 §2.7.1.</param>
/// <param name="Reason">Of the same.</param>
/// <param name="Signatures">From the top.</param>
public sealed record DkimReport(string Result, string Reason, IReadOnlyList<DkimSignatureReport> Signatures)
{
    public static DkimReport Of(IReadOnlyList<DkimVerdict> verdicts)
    {
        DkimVerdict best = verdicts.MinBy(verdict => Rank(verdict.Result))!;
        return new DkimReport(
            best.Word,
            best.Reason,
            [.. verdicts.Where(verdict => verdict.Result is not DkimResult.None).Select(DkimSignatureReport.Of)]
        );
    }

    /// <summary>One that passes is enough; one that may pass later is worth waiting for.</summary>
    private static int Rank(DkimResult result) =>
        result switch
        {
            DkimResult.Pass => 0,
            DkimResult.TempError => 1,
            _ => 2,
        };
}

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

/// <summary>The reports as JSON, for <c>--json</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(SpfReport))]
[JsonSerializable(typeof(DkimReport))]
[JsonSerializable(typeof(DmarcReport))]
[JsonSerializable(typeof(TlsReport))]
public sealed partial class CheckJson : JsonSerializerContext;
