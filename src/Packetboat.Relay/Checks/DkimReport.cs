using Packetboat.Protocol.Dkim;

namespace Packetboat.Relay.Checks;

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
