using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Configuration;

/// <summary>All that is in force, read once and validated together. Reloading makes another one.</summary>
/// <param name="CtrlDirectory">Full path.</param>
/// <param name="SystemAddress">The system's mail domain: <c>[Internet] addr</c> of msgs.ini, else our host name.</param>
/// <param name="Mail"><c>sbbs.ini</c>; its <c>HostName</c> is resolved and never blank.</param>
/// <param name="Packetboat"><c>packetboat.ini</c>.</param>
/// <param name="Replies">What remote replies mean: the shipped table, with the entries of <c>replies.ini</c> before it.</param>
public sealed record Settings(
    string CtrlDirectory,
    string SystemAddress,
    MailSettings Mail,
    PacketboatSettings Packetboat,
    ReplyTable Replies
)
{
    /// <summary>The rules of <c>packetboat.ini</c>, in their order; the first that matches counts.</summary>
    public IReadOnlyList<RouteRule> Routes { get; init; } = [];

    /// <summary>What relays can be signed in to with.</summary>
    public IReadOnlyList<TokenSettings> Tokens { get; init; } = [];

    /// <summary>What is used, in this order, while <c>RelayServer</c> cannot be.</summary>
    public IReadOnlyList<RelaySettings> Backups { get; init; } = [];

    /// <summary>What relays are shown in the handshake, each once.</summary>
    public IEnumerable<ClientCertificate> ClientCertificates =>
        Routes
            .SelectMany(rule => rule.Backups.Append(rule.Relay))
            .Concat(Backups)
            .Select(relay => relay?.Certificate)
            .OfType<ClientCertificate>()
            .Distinct();

    /// <summary>The files that have passwords in them: ini files, and those that they name; full paths.</summary>
    public IReadOnlyList<string> SecretFiles { get; init; } = [];

    /// <summary>The rule of the mail that those before it leave; null: <c>DeliveryMode</c> decides about that.</summary>
    public RouteRule? RuleOfAll => Routes.FirstOrDefault(rule => rule.TakesAll);

    /// <summary>Where mail goes that no other rule takes; null: directly, or nowhere.</summary>
    public RelaySettings? UsualRelay =>
        RuleOfAll is not { } all ? Relay
        : all.Action == RouteAction.Relay ? all.Relay
        : null;

    /// <summary>The same for what its own servers do not take because of us.</summary>
    public RelaySettings? UsualDetour =>
        RuleOfAll is not { } all ? Detour
        : all.Action == RouteAction.Auto ? all.Relay
        : null;

    /// <summary>What stands in for either.</summary>
    public IReadOnlyList<RelaySettings> UsualBackups => RuleOfAll?.Backups ?? Backups;

    /// <summary>Null where <c>DeliveryMode</c> has mail delivered directly.</summary>
    public RelaySettings? Relay => Packetboat.DeliveryMode == DeliveryMode.Relay ? RelaySettings.From(Mail) : null;

    /// <summary>For what its own servers do not take because of us; null where nothing goes there.</summary>
    public RelaySettings? Detour => Packetboat.DeliveryMode == DeliveryMode.Auto ? RelaySettings.From(Mail) : null;
}
