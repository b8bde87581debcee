using Packetboat.Relay.Arrival;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>Whether mail will arrive.</summary>
public sealed partial class LocalOperations
{
    private const string AsAll = "default";

    public async Task<Result<ArrivalReport>> ArrivalAsync(string id, string? policy, string reason, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { Account.Id: var known })
            return NoSuchAccount(id);
        if (policy is null)
            return Report(known, arrival);
        bool isAsAll = policy.Equals(AsAll, StringComparison.OrdinalIgnoreCase);
        if (!ArrivalPolicies.TryParse(policy, out ArrivalPolicy wanted) && !isAsAll)
            return new Refusal(
                Protocol.PrintableText.Of(policy, 64),
                "no such policy",
                $"There are {string.Join(", ", ArrivalPolicies.Words)} and {AsAll}"
            );
        if (!await arrival.SetPolicyAsync(known, isAsAll ? null : wanted, ct))
            return NoSuchAccount(id);
        await NoteAsync("account arrival", known.Text, $"{policy} {reason}".TrimEnd(), ct);
        return Report(known, arrival);
    }

    private static ArrivalReport Report(QwkId id, ArrivalGate gate) =>
        new(id.Text, gate.PolicyOf(id).Word(), Source(gate.OwnPolicyOf(id) is not null));
}
