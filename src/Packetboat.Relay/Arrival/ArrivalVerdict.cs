using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Arrival;

/// <summary>What becomes of a message because of what its receivers will say.</summary>
/// <param name="Sender">With whom it leaves; null: the null sender.</param>
/// <param name="Refusal">Lines of the reply; empty: it is taken.</param>
/// <param name="Warning">For its story; empty: nothing.</param>
/// <param name="Finding">What was found.</param>
public sealed record ArrivalVerdict(MailAddress? Sender, IReadOnlyList<string> Refusal, string Warning, ArrivalFinding Finding);
