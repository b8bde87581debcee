using Packetboat.Protocol.Dkim;

namespace Packetboat.Relay.Checks;

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
