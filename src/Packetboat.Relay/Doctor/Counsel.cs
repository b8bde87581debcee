using System.Globalization;
using System.Net.Sockets;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Doctor;

/// <summary>How mail should leave this machine, in one sentence, and what makes it so.</summary>
internal static class Counsel
{
    private const string SbbsIni = "sbbs.ini";
    private const string Mail = "Mail";
    private const string PacketboatIni = "packetboat.ini";
    private const string Delivery = "Delivery";
    private const string Join = "packetboat join https://HUB CODE";

    private const string Closed = "port 25 is closed";
    private const string Refused = "receivers refuse the address of this machine";

    /// <param name="facts">What was found out.</param>
    /// <param name="findings">What the checks say of it.</param>
    public static async Task<Advice> OfAsync(Facts facts, IReadOnlyList<Finding> findings)
    {
        Advice usual = await UsualAsync(facts, findings);
        string[] stuck = await StuckAsync(facts);
        return stuck.Length == 0
            ? usual
            : usual with
            {
                Words =
                    $"{usual.Words} Mail of {string.Join(" and ", stuck.Select(rule => $"[{RouteKeys.Prefix}{rule}]"))} does not leave: no relay of {(stuck.Length == 1 ? "its" : "theirs")} takes it.",
            };
    }

    /// <summary>The rules whose mail no relay takes, but for that which the usual advice is about.</summary>
    private static async Task<string[]> StuckAsync(Facts facts)
    {
        var stuck = new List<string>();
        foreach (
            RelayGroup group in facts
                .Subject.Relays.Skip(facts.Subject.HasRelay ? 1 : 0)
                .Where(group => group is { IsDetour: false, Relays: [{ Rule.Length: > 0 }, ..] })
        )
            if (group.Relays.All(facts.CanTry) && await KnownAsync(facts.FirstThatWorksAsync(group)) is null)
                stuck.Add(group.Relays[0].Rule);
        return [.. stuck];
    }

    /// <summary>Of the mail that no other rule takes.</summary>
    private static async Task<Advice> UsualAsync(Facts facts, IReadOnlyList<Finding> findings)
    {
        Subject subject = facts.Subject;
        if (subject.Settings?.Mail.Options.HasFlag(MailOptions.NO_SENDMAIL) == true)
            return Say("Mail stays on this machine, as NO_SENDMAIL says");
        if (subject.Keeper is { } keeper)
            return Say(
                $"{(subject.Settings!.Routes.Any(rule => rule.Action != RouteAction.Never) ? "Mail that no other rule takes" : "Mail")} stays on this machine, as [{RouteKeys.Prefix}{keeper.Name}] says"
            );
        RelayContact? relay = await KnownAsync(facts.RelayAsync());
        RelayContact? takes = subject.HasRelay ? await KnownAsync(facts.FirstThatWorksAsync(subject.Relays[0])) : null;
        if (subject.UsedRelay is { } used)
            return relay is not { Works: true } && takes is { Settings: var other }
                ? Say(
                    $"Mail leaves this machine through {other.Server}:{other.Port}, as {used.Server}:{used.Port} does not take it at present"
                )
                : ThroughTheRelay(subject, used, relay, await IsDnsInTheWayAsync(facts, relay));

        Reach?[] reaches =
        [
            await KnownAsync(facts.ReachAsync(AddressFamily.InterNetwork)),
            await KnownAsync(facts.ReachAsync(AddressFamily.InterNetworkV6)),
        ];
        if (reaches.Any(reach => reach?.IsOpen == true))
            return findings.Any(IsRefusal)
                ? await AroundAsync(facts, relay, takes)
                : Say("Mail leaves this machine directly, to each domain's own servers: port 25 is open");
        if (!reaches.Any(reach => reach is { IsClosed: true } or { Interceptor: not null }))
            return Say("How mail should leave this machine cannot be said: nobody could be called");
        if (takes is { Settings: var detour })
            return Say(
                $"Mail leaves this machine through {detour.Server}:{detour.Port} while port 25 is closed, and directly when it is open, as {Author(subject)} says"
            );
        if (subject.Detour is { } mute)
            return Say(
                $"Mail should leave this machine through {mute.Server}:{mute.Port} while port 25 is closed, as {Author(subject)} says, and will when what stands first here is mended"
            );
        return relay is { Works: true } && subject.Settings is { } settings
            ? await SwitchRelayOnAsync(facts, settings, relay.Settings, Closed)
            : new Advice(
                "Mail should leave this machine through a relay, as port 25 is closed: ask the operator of a hub for a code",
                Join,
                []
            );
    }

    /// <summary>An open port is of no use to an address that most receivers refuse, whatever the mail.</summary>
    private static bool IsRefusal(Finding finding) =>
        finding is { Check: ListingCheck.Id or PtrCheck.Id, Verdict: CheckVerdict.Failure };

    /// <summary>Port 25 is open, and the address is one that is refused.</summary>
    private static async Task<Advice> AroundAsync(Facts facts, RelayContact? relay, RelayContact? takes) =>
        takes is { Settings: var detour }
            ? Say(
                $"Mail leaves this machine directly where it is taken, and through {detour.Server}:{detour.Port} where {Refused}, as {Author(facts.Subject)} says"
            )
        : relay is { Works: true } && facts.Subject.Settings is { } settings
            ? await SwitchRelayOnAsync(facts, settings, relay.Settings, Refused)
        : new Advice(
            $"Mail can leave this machine, but {Refused}: mend what stands first here, or send through a relay: ask the operator of a hub for a code",
            Join,
            []
        );

    /// <summary>The relay's own name cannot be looked up. A DNS that knows nothing else keeps no mail from it.</summary>
    private static async Task<bool> IsDnsInTheWayAsync(Facts facts, RelayContact? relay) =>
        relay is { HasNoAddress: true } && (await KnownAsync(facts.DnsAsync()))?.Trouble.Length > 0;

    private static Advice ThroughTheRelay(Subject subject, RelaySettings used, RelayContact? contact, bool isDnsUseless)
    {
        string way = $"through {used.Server}:{used.Port}{(used.Username.Length > 0 ? $" as {used.Username}" : "")}";
        if (contact is { Works: true })
            return Say($"Mail leaves this machine {way}, and that works");
        if (contact?.OtherPort is { } other && subject.Settings is not null)
        {
            string port = other.Port.ToString(CultureInfo.InvariantCulture);
            return Say(
                $"Mail should leave this machine through {used.Server} by port {port}",
                (used.Server, used.Port) == (subject.RelayServer?.Server, subject.RelayServer?.Port)
                    ? new SettingChange(SbbsIni, Mail, nameof(MailSettings.RelayPort), port)
                    : new SettingChange(PacketboatIni, $"{RouteKeys.Prefix}{used.Rule}", "Relay", $"{used.Server}:{port}")
            );
        }

        return Say(
            isDnsUseless
                ? $"Mail should leave this machine {way}, and will when the DNS answers as it should"
                : $"Mail should leave this machine {way}, and will when what stands first here is mended"
        );
    }

    /// <summary>Who says that mail goes around what does not take it.</summary>
    private static string Author(Subject subject) =>
        subject.Settings?.RuleOfAll is { } all ? $"[{RouteKeys.Prefix}{all.Name}]" : "DeliveryMode Auto";

    private static async Task<Advice> SwitchRelayOnAsync(Facts facts, Settings settings, RelaySettings relay, string why)
    {
        string way = $"through {relay.Server}:{relay.Port}, which takes us";
        // No line but the rule's own counts for the mail that it takes.
        if (settings.RuleOfAll is { } all)
            return Say(
                $"Mail should leave this machine {way}; {why}",
                new SettingChange(PacketboatIni, $"{RouteKeys.Prefix}{all.Name}", "Action", "relay")
            );
        // Where the mode is written down the flag alone would contradict it; the other mode is one line, and right when the port opens too.
        if (facts.Subject.SaysMode && await KnownAsync(facts.SignInAsync(relay, isDetour: true)) is { Works: true })
            return Say($"Mail should leave this machine {way}, while {why}", Mode(DeliveryMode.Auto));
        uint options = (uint)(settings.Mail.Options | MailOptions.RELAY_TX);
        var flag = new SettingChange(SbbsIni, Mail, nameof(MailSettings.Options), IniFlags.Write(options, KeyTable.FlagBits));
        return Say(
            $"Mail should leave this machine {way}; {why}",
            facts.Subject.SaysMode ? [flag, Mode(DeliveryMode.Relay)] : [flag]
        );
    }

    private static SettingChange Mode(DeliveryMode mode) => new(PacketboatIni, Delivery, nameof(DeliveryMode), mode.ToString());

    private static Advice Say(string words, params IReadOnlyList<SettingChange> changes) =>
        new($"{words}.", changes.Count == 0 ? "" : string.Join(", ", changes), changes);

    /// <summary>What was not found out in time is not known.</summary>
    private static async Task<T?> KnownAsync<T>(Task<T> fact)
        where T : class?
    {
        try
        {
            return await fact;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
