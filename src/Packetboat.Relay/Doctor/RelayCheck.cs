using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether the relay takes us, found out by signing in as delivery does.</summary>
internal sealed class RelayCheck : Check
{
    public override string Name => "relay";

    public override string Title => "Sign-in to the relay";

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        if (await facts.RelayAsync() is not { } contact)
            return NotChecked("no relay is known: RelayServer is blank");
        string server = $"{contact.Settings.Server}:{contact.Settings.Port}";
        bool isUsed = facts.Subject.HasRelay;
        switch (contact.Outcome)
        {
            case Connection.Ready ready:
                return Ok(
                    $"{ready.Host} ({ready.Security}){(isUsed ? "" : "; RELAY_TX is not set, so that nothing goes there")}"
                );
            case Connection.Misconfigured wrong:
                return Because(facts, isUsed, $"{wrong.Host}: {wrong.Reason}", OutcomeOf(wrong));
            case Connection.Unreachable { FromPeer: true } busy:
                return Because(facts, isUsed, $"{busy.Host}: {busy.Reply}", new RemoteOutcome(busy.Reply, true, busy.Host));
        }

        string failure = ((Connection.Unreachable)contact.Outcome).Reply.Text;
        if (contact.OtherPort is { } other)
            return Trouble(
                isUsed,
                $"{server}: {failure}",
                $"this port is closed on the way, and port {other.Port} of the same relay takes us",
                $"Write RelayPort = {other.Port} in [Mail] of sbbs.ini"
            );
        if (!ServerAddress.IsAddress(contact.Settings.Server) && (await facts.DnsAsync()).Trouble is { Length: > 0 } trouble)
            return NotChecked($"{trouble}, so that {contact.Settings.Server} has no address");
        return Trouble(
            isUsed,
            $"{server}: {failure}",
            "the relay cannot be reached on this port, nor on 587 or 465: its name or port is wrong, it is down, or a firewall is in between",
            "Compare RelayServer and RelayPort in [Mail] of sbbs.ini with what its operator says"
        );
    }

    private Finding Because(Facts facts, bool isUsed, string words, RemoteOutcome outcome)
    {
        Cause cause = facts.Subject.Effective.Replies.Classify(outcome);
        return Trouble(isUsed, words, Clause(cause.Explanation), Clause(cause.Remedy));
    }

    /// <summary>What is not used does no harm.</summary>
    private Finding Trouble(bool isUsed, string words, string cause, string remedy) =>
        isUsed ? Failure(words, cause, remedy) : Warning($"{words} (not used: RELAY_TX is not set)", cause, remedy);

    /// <summary>What the relay said tells more than what we made of it.</summary>
    private static RemoteOutcome OutcomeOf(Connection.Misconfigured wrong) =>
        wrong.Refusal is { } refusal
            ? new RemoteOutcome(refusal, true, wrong.Host)
            : new RemoteOutcome(DeliveryReplies.NotTried(wrong.Reason), false, wrong.Host);

    private static string Clause(string sentence) => sentence.TrimEnd('.');
}
