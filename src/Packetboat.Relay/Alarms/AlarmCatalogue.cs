using System.Collections.Frozen;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Alarms;

/// <summary>All kinds of alarms. <c>docs/guide/alarms.md</c> is made from it.</summary>
public static class AlarmCatalogue
{
    /// <summary>For what comes and goes.</summary>
    private static readonly TimeSpan Flapping = TimeSpan.FromMinutes(5);

    public static AlarmKind QueueOld { get; } =
        new(
            "queue-old",
            "queue",
            AlarmSeverity.Warning,
            "The oldest message that is not done waits for longer than QueueAge. Mail that is not delivered goes back to its sender when it has waited for MaxAge.",
            "See what waits and why: packetboat queue list. Mend that, or drop or bounce what nobody wants any more. QueueAge in packetboat.ini says from which age on you are told"
        )
        {
            Settle = Flapping,
        };

    public static AlarmKind RouteParked { get; } =
        new(
            "route-parked",
            "route",
            AlarmSeverity.Critical,
            "Nothing leaves by this route, because of something on our side: a certificate that cannot be verified, a missing TLS, a rule that we break. Its mail waits and none is returned for that.",
            "The text says what is wrong. Mend it, then say: packetboat queue retry --all"
        )
        {
            Settle = Flapping,
        };

    public static AlarmKind RouteDown { get; } =
        new(
            "route-down",
            "route",
            AlarmSeverity.Warning,
            "The relay takes no mail at present: it does not answer, or puts us off. It is tried again by itself.",
            "Wait, or ask the operator of the relay. When it is back its mail leaves without you"
        )
        {
            Settle = Flapping,
        };

    public static AlarmKind RelayCredentials { get; } =
        new(
            "relay-credentials",
            "credentials",
            AlarmSeverity.Critical,
            "The relay refuses our sign-in, or what we do under that name. All its mail waits.",
            "Put the right name and password where the text says (RelayUsername and RelayPassword in sbbs.ini, or Username and Password of a rule or relay in packetboat.ini); they are tried at once. Where it is a token that is refused: packetboat token sign-in NAME, as the mailbox in Username. If they are right, ask the operator of the relay whether the account is suspended"
        )
        {
            Settle = Flapping,
        };

    public static AlarmKind Port25Blocked { get; } =
        new(
            "port25-blocked",
            "port25",
            AlarmSeverity.Critical,
            "No connection to port 25 of other servers comes about, and mail has no other way: the provider of this machine lets none out, or the network is down.",
            "Say packetboat doctor, which ends in how mail should leave; or ask the provider to open port 25"
        )
        {
            Settle = Flapping,
        };

    public static AlarmKind Port25Detour { get; } =
        new(
            "port25-detour",
            "port25",
            AlarmSeverity.Warning,
            "No connection to port 25 of other servers comes about, and all mail leaves through the relay meanwhile, as DeliveryMode=Auto says.",
            "Nothing need be done: mail leaves directly when the port is open again. If it is to stay closed, write DeliveryMode=Relay, which ends the alarm"
        )
        {
            Settle = Flapping,
        };

    public static AlarmKind Listed { get; } =
        new(
            "address-listed",
            "listed",
            AlarmSeverity.Critical,
            "The address that mail leaves from is on a list of addresses that many servers take no mail from.",
            "Find out what was sent from it and stop that first; then ask the list to remove the address. Until then send through a relay"
        )
        {
            Settle = Flapping,
        };

    public static AlarmKind CertificateExpires { get; } =
        new(
            "certificate-expires",
            "certificate",
            AlarmSeverity.Warning,
            "Our TLS certificate, or one that a relay is shown, ends within ExpiryNotice. After that clients and nodes that verify ours send nothing, and the relay does not let us in.",
            "Renew it and put it where Certificate and CertificateKey of packetboat.ini say, in [Tls] or in the section of the relay: it is taken within seconds. One that was made by packetboat itself is made anew when both files in DataDirectory are removed and the server is started"
        );

    public static AlarmKind CertificateExpired { get; } =
        new(
            "certificate-expired",
            "certificate",
            AlarmSeverity.Critical,
            "Our TLS certificate, or one that a relay is shown, has ended, or its file cannot be read. Clients and nodes that verify ours send nothing, and the relay does not let us in.",
            "As for certificate-expires, and now"
        );

    public static AlarmKind DkimKey { get; } =
        new(
            "dkim-key",
            "dkim",
            AlarmSeverity.Warning,
            "A key for DKIM cannot be used, is about to be too old, or its record is no longer in the DNS. Mail goes out unsigned or its signature fails, and receivers may refuse it.",
            "See: packetboat dkim list. Publish the record again, or make a new key: packetboat dkim new"
        );

    public static AlarmKind TokenExpires { get; } =
        new(
            "token-expires",
            "token",
            AlarmSeverity.Warning,
            "A token that we sign in with ends within ExpiryNotice, or cannot be renewed.",
            "Sign in again: packetboat token sign-in NAME"
        );

    public static AlarmKind Disk { get; } =
        new(
            "disk",
            "disk",
            AlarmSeverity.Critical,
            "The disk of DataDirectory has less free space than DiskReserve. No mail is taken, senders come again; what was accepted is still delivered.",
            "Make room on that disk; it goes on by itself"
        )
        {
            Settle = Flapping,
        };

    public static AlarmKind Memory { get; } =
        new(
            "memory",
            "memory",
            AlarmSeverity.Critical,
            "There is less free memory than MemoryReserve. No mail is taken, senders come again; what was accepted is still delivered.",
            "End what else takes memory, or give this more; it goes on by itself"
        )
        {
            Settle = Flapping,
        };

    public static AlarmKind Clock { get; } =
        new(
            "clock",
            "clock",
            AlarmSeverity.Warning,
            "The clock of this machine jumped, or differs from that of another server. Dates of messages, signatures, limits and retries go by it.",
            "Let chrony, systemd-timesyncd or ntpd keep the clock; a machine without a battery wants that it runs before packetboat does"
        )
        {
            // A relay may be several machines, and one of them wrong.
            Settle = Flapping,
        };

    public static AlarmKind RelayingSuspended { get; } =
        new(
            "relaying-suspended",
            "relaying",
            AlarmSeverity.Critical,
            "All relaying is suspended: nobody's mail is taken or sent.",
            "When the reason is gone say: packetboat relaying resume"
        );

    public static AlarmKind Limit { get; } =
        new(
            "limit",
            "limit",
            AlarmSeverity.Warning,
            "An account has used up one of its limits. Its mail is deferred, or held, or the account is suspended, as the limit's Action in [Limits] says.",
            "Ask its sysop whether the mail is his: packetboat account show. Then resume it, or give it other limits"
        );

    public static AlarmKind SettingsRefused { get; } =
        new(
            "settings",
            "settings",
            AlarmSeverity.Warning,
            "The settings were changed and have a mistake. Those from before stay in force; a restart would fail.",
            "See the mistake and correct it: packetboat config check"
        );

    public static AlarmKind Applications { get; } =
        new(
            "applications",
            "applications",
            AlarmSeverity.Warning,
            "Somebody has applied for an account and waits for an answer.",
            "See: packetboat invite requests; then packetboat invite approve or refuse"
        );

    public static AlarmKind DomainProof { get; } =
        new(
            "domain",
            "domain",
            AlarmSeverity.Warning,
            "The TXT record by which an account has proven a domain is missing. After seven days the account may not use the domain any more.",
            "Have its sysop publish the record again, or grant the domain: packetboat account domain add --grant"
        );

    public static AlarmKind Output { get; } =
        new(
            "output",
            "output",
            AlarmSeverity.Warning,
            "A way by which alarms are told of does not work: the webhook or the MQTT broker takes nothing. It is tried again, and alarms are kept for it.",
            "See whether its address, name and secret are right in packetboat.ini, and whether it runs"
        );

    public static AlarmKind Test { get; } =
        new(
            "test",
            "test",
            AlarmSeverity.Warning,
            "Nothing is wrong: an operator tries whether alarms arrive.",
            "None is needed; it clears itself"
        );

    /// <summary>For keys of no other kind.</summary>
    public static AlarmKind Other { get; } =
        new(
            "other",
            "other",
            AlarmSeverity.Warning,
            "Something that has no kind of its own. Its text says what.",
            "Its text says what to do"
        );

    public static IReadOnlyList<AlarmKind> All { get; } =
    [
        QueueOld,
        RouteParked,
        RouteDown,
        RelayCredentials,
        Port25Blocked,
        Port25Detour,
        Listed,
        CertificateExpires,
        CertificateExpired,
        DkimKey,
        TokenExpires,
        Disk,
        Memory,
        Clock,
        RelayingSuspended,
        Limit,
        SettingsRefused,
        Applications,
        DomainProof,
        Output,
        Test,
        Other,
    ];

    private static readonly FrozenDictionary<string, AlarmKind> ById = All.ToFrozenDictionary(
        kind => kind.Id,
        StringComparer.Ordinal
    );

    private static readonly FrozenDictionary<string, AlarmKind> ByPrefix = All.DistinctBy(
            kind => kind.Prefix,
            StringComparer.Ordinal
        )
        .ToFrozenDictionary(kind => kind.Prefix, StringComparer.Ordinal);

    public static AlarmKind KindOf(Alarm alarm) => KindOf(alarm.Key, alarm.Kind);

    /// <param name="key">Of an alarm.</param>
    /// <param name="id">Of the kind, where the alarm names one; blank: the key says it.</param>
    public static AlarmKind KindOf(string key, string id) =>
        ById.TryGetValue(id, out AlarmKind? named) ? named
        : ByPrefix.TryGetValue(key.Split(':', 2)[0], out AlarmKind? meant) ? meant
        : ById.GetValueOrDefault(key.Split(':', 2)[0]) ?? Other;
}
