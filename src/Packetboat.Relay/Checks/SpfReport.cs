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
