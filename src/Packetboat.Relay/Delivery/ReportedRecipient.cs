using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Delivery;

/// <summary>What a report says of a recipient: to programs, and to a person once it is known in which language.</summary>
/// <param name="Facts">Without an explanation.</param>
/// <param name="Explain">A paragraph each.</param>
internal sealed record ReportedRecipient(DsnRecipient Facts, Func<ReportWords, IReadOnlyList<string>> Explain)
{
    public DsnRecipient In(ReportWords words) => Facts with { Explanation = Explain(words) };
}
