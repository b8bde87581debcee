using System.Net;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Doctor;

/// <summary>What is examined.</summary>
/// <param name="Ctrl">The folder of the settings, whether it is there or not.</param>
/// <param name="Settings">Null: there are none, or they have mistakes.</param>
/// <param name="Problems">Of the settings.</param>
/// <param name="HostName">As this host calls itself.</param>
public sealed record Subject(string Ctrl, Settings? Settings, IReadOnlyList<Problem> Problems, string HostName)
{
    /// <summary>Whose mail it is about, A-labels, lower case; null: nobody has said.</summary>
    public string? Domain { get; init; }

    /// <summary>Where mail leaves from, in the operator's own words; null: it is to be found out.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>As somebody else sees us who was asked before, such as a hub; none: nobody was.</summary>
    public (IPAddress Address, string Witness)? Seen { get; init; }

    /// <summary>Why a hub that should have said how it sees us could not be asked, and what to do; null: none was to be.</summary>
    public string? HubTrouble { get; init; }

    /// <summary>Our certificate and its key; null: there are no settings.</summary>
    public (string Certificate, string Key)? CertificateFiles { get; init; }

    /// <summary>Whom to ask instead of the one in the settings, or those of the system.</summary>
    public ServerAddress? NameServer { get; init; }

    /// <summary>Somebody wrote <c>DeliveryMode</c>, and it does not follow from the flag RELAY_TX.</summary>
    public bool SaysMode { get; init; }

    /// <summary>What is in force; where there are no settings, what would be in force without a line in them.</summary>
    public Settings Effective =>
        NameServer is null ? Written : Written with { Mail = Written.Mail with { DnsServer = NameServer } };

    private Settings Written { get; } = Settings ?? ConfigurationReader.Defaults(Ctrl, HostName);

    /// <summary>The relay that mail goes to; null: mail goes out directly.</summary>
    public RelaySettings? UsedRelay => Settings?.UsualRelay;

    /// <summary>The relay that mail goes to where it cannot go directly; null: then it goes nowhere.</summary>
    public RelaySettings? Detour => Settings?.UsualDetour;

    /// <summary>The rules whose mail leaves directly, or by a relay where it cannot.</summary>
    internal IReadOnlyList<RouteRule> DirectRules =>
        [.. (Settings?.Routes ?? []).Where(rule => rule.Action is RouteAction.Direct or RouteAction.Auto)];

    /// <summary>The rule that keeps in what no other rule takes; null: there is none.</summary>
    internal RouteRule? Keeper => Settings?.RuleOfAll is { Action: RouteAction.Never } all ? all : null;

    public bool HasRelay => (UsedRelay ?? Detour) is not null;

    /// <summary>RelayServer, whether mail goes there or not; null: it is blank.</summary>
    public RelaySettings? RelayServer => Effective.Mail.RelayServer.Length > 0 ? RelaySettings.From(Effective.Mail) : null;

    /// <summary>The relay that is written down, for all mail or what cannot go directly, whether any goes there or not.</summary>
    public RelaySettings? KnownRelay => UsedRelay ?? Detour ?? RelayServer;

    /// <summary>
    /// All relays that are written down, in the lists in which they stand in for one another. The first list is of the mail that no other rule
    /// takes, the others are the rules'.
    /// </summary>
    internal IReadOnlyList<RelayGroup> Relays { get; } = [.. GroupsOf(Settings)];

    /// <summary>A relay is shown a token: then the store that keeps it is needed.</summary>
    public bool UsesTokens => Relays.Any(group => group.Relays.Any(relay => relay.Token is not null));

    private static IEnumerable<RelayGroup> GroupsOf(Settings? settings)
    {
        if (settings is null)
            yield break;
        if ((settings.UsualRelay ?? settings.UsualDetour) is { } usual)
            yield return new RelayGroup([usual, .. settings.UsualBackups], settings.UsualDetour is not null);
        foreach (RouteRule rule in settings.Routes)
            if (rule != settings.RuleOfAll && rule.Relay is { } its)
                yield return new RelayGroup([its, .. rule.Backups], rule.Action == RouteAction.Auto);
    }

    /// <summary>Reads what the folder has.</summary>
    /// <param name="ctrl">The folder.</param>
    /// <param name="environment">Of this machine.</param>
    public static Subject In(string ctrl, ConfigurationEnvironment environment)
    {
        if (!Directory.Exists(ctrl) || SbbsIniFile.Choose(ctrl, environment) is null)
            return new Subject(ctrl, null, [], environment.HostName) { Domain = DomainIn(environment.HostName) };
        ConfigurationResult read = ConfigurationReader.Read(ctrl, environment);
        string hostName = read.Settings?.Mail.HostName ?? environment.HostName;
        return new Subject(ctrl, read.Settings, read.Problems, hostName)
        {
            Domain = DomainIn(read.Settings?.SystemAddress ?? hostName),
            // Where the settings have mistakes elsewhere, whom they ask is still whom to ask: else the DNS would seem to be broken too.
            NameServer = read.Settings is null ? read.Draft?.Mail.DnsServer : null,
            SaysMode = read.Values.Any(value =>
                value is { Key: nameof(PacketboatSettings.DeliveryMode), IsSet: true, Value.Length: > 0 }
            ),
        };
    }

    /// <summary>A domain as A-labels; null: it is none. A machine's name without a dot is nobody's.</summary>
    public static string? DomainIn(string name) =>
        MailAddress.TryParse($"x@{name.TrimEnd('.')}", out MailAddress? address)
        && address.AsciiDomain.Contains('.', StringComparison.Ordinal)
        && MailAddress.IsDomain(address.AsciiDomain)
            ? address.AsciiDomain
            : null;
}
