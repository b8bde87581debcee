using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether a relay takes us, found out by signing in as delivery does.</summary>
/// <param name="relay">Of a rule, or of a section of its own; null: RelayServer.</param>
internal sealed class RelayCheck(RelaySettings? relay = null) : Check
{
    public override string Name =>
        relay is null ? "relay"
        : relay.Backup.Length > 0 ? $"relay-{relay.Backup}"
        : $"relay-rule-{relay.Rule}";

    public override string Title => relay is null ? "Sign-in to the relay" : $"Sign-in to the relay of {relay.Section}";

    /// <summary>A check of each relay that is written down besides RelayServer.</summary>
    public static IEnumerable<RelayCheck> OfOthers(Subject subject) =>
        subject
            .Relays.SelectMany(group => group.Relays)
            .Where(relay => relay.Section.Length > 0)
            .DistinctBy(relay => relay.Section, StringComparer.OrdinalIgnoreCase)
            .Select(relay => new RelayCheck(relay));

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        if ((relay ?? facts.Subject.RelayServer) is not { } known)
            return NotChecked(
                facts.Subject.KnownRelay is { } usual
                    ? $"RelayServer is blank: mail goes by {usual.Section}"
                    : "no relay is known: RelayServer is blank"
            );
        if (!facts.CanTry(known))
            return NotChecked($"its token {known.Token!.Name} is in the store, which cannot be opened here");
        RelayContact contact = await facts.SignInAsync(known);
        string server = $"{known.Server}:{known.Port}";
        switch (contact.Outcome)
        {
            case Connection.Ready ready:
                return Ok(
                    $"{ready.Host} ({ready.Security}){(IsUsed(facts) ? "" : $"; {NotUsed(facts)}, so that nothing goes there")}"
                );
            case Connection.Misconfigured wrong:
                return await BecauseAsync(facts, $"{wrong.Host}: {wrong.Reason}", OutcomeOf(wrong));
            case Connection.Unreachable { FromPeer: true } busy:
                return await BecauseAsync(facts, $"{busy.Host}: {busy.Reply}", new RemoteOutcome(busy.Reply, true, busy.Host));
        }

        string failure = ((Connection.Unreachable)contact.Outcome).Reply.Text;
        if (contact.OtherPort is { } other)
            return await TroubleAsync(
                facts,
                $"{server}: {failure}",
                $"this port is closed on the way, and port {other.Port} of the same relay takes us",
                relay is null
                    ? $"Write RelayPort = {other.Port} in [Mail] of sbbs.ini"
                    : $"Write port {other.Port} in {relay.Section} of packetboat.ini"
            );
        if (contact.HasNoAddress && (await facts.DnsAsync()).Trouble is { Length: > 0 } trouble)
            return NotChecked($"{trouble}, so that {known.Server} has no address");
        return await TroubleAsync(
            facts,
            $"{server}: {failure}",
            "the relay cannot be reached on this port, nor on 587 or 465: its name or port is wrong, it is down, or a firewall is in between",
            $"Compare {(relay is null ? "RelayServer and RelayPort in [Mail] of sbbs.ini" : $"{relay.Section} of packetboat.ini")} with what its operator says"
        );
    }

    private Task<Finding> BecauseAsync(Facts facts, string words, RemoteOutcome outcome)
    {
        Cause cause = facts.Subject.Effective.Replies.Classify(outcome);
        return TroubleAsync(facts, words, Clause(cause.Explanation), Clause(cause.Remedy));
    }

    /// <summary>What no mail needs at present does no harm yet.</summary>
    private async Task<Finding> TroubleAsync(Facts facts, string words, string cause, string remedy)
    {
        if (!IsUsed(facts))
            return Warning($"{words} (not used: {NotUsed(facts)})", cause, remedy);
        (bool isNeeded, string why) = await NeedAsync(facts);
        return isNeeded ? Failure(words, cause, remedy) : Warning($"{words} ({why})", cause, remedy);
    }

    private bool IsUsed(Facts facts) =>
        facts.Subject.Relays.Any(group =>
            group.Relays.Any(one => IsThis(one) || (relay is null && IsRelayServer(facts.Subject, one)))
        );

    private static string NotUsed(Facts facts) =>
        facts.Subject.Settings?.RuleOfAll is { } all ? $"[{RouteKeys.Prefix}{all.Name}] takes all mail" : "RELAY_TX is not set";

    /// <summary>Whether there is mail that no other way takes.</summary>
    private async Task<(bool IsNeeded, string Why)> NeedAsync(Facts facts)
    {
        string why = "";
        foreach (RelayGroup group in facts.Subject.Relays.Where(group => group.Relays.Any(IsThis)))
        {
            if (await facts.FirstThatWorksAsync(group) is { } other)
                why = $"mail goes by {other.Settings.Server}:{other.Settings.Port} meanwhile";
            else if (group.IsDetour && await facts.IsOpenAsync())
                why = "mail leaves directly, and has no other way should that be closed";
            else
                return (true, "");
        }

        return (false, why);
    }

    private bool IsThis(RelaySettings one) => one.Section.Equals(relay?.Section ?? "", StringComparison.OrdinalIgnoreCase);

    /// <summary>A rule without a relay of its own means RelayServer.</summary>
    private static bool IsRelayServer(Subject subject, RelaySettings one) =>
        subject.RelayServer is { } server && (one.Server, one.Port) == (server.Server, server.Port);

    /// <summary>What the relay said tells more than what we made of it.</summary>
    private static RemoteOutcome OutcomeOf(Connection.Misconfigured wrong) =>
        wrong.Refusal is { } refusal
            ? new RemoteOutcome(refusal, true, wrong.Host)
            : new RemoteOutcome(DeliveryReplies.NotTried(wrong.Reason), false, wrong.Host);

    private static string Clause(string sentence) => sentence.TrimEnd('.');
}
