using Packetboat.Relay.Configuration;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// By which way a recipient's copy leaves. Everything of one name shares connections, limits and troubles. What a rule chose has the rule in
/// its name: it has credentials and a source address of its own. So has what a sender wants of TLS: what one connection may carry another may not.
/// </summary>
/// <param name="Name">As people see it.</param>
public abstract record Route(string Name)
{
    /// <summary>Everything to one smart host.</summary>
    /// <param name="Settings">Its.</param>
    /// <param name="Tls">What the sender wants.</param>
    public sealed record Relay(RelaySettings Settings, TlsWish Tls = TlsWish.Usual)
        : Route($"relay {Settings.Server}:{Settings.Port}{By(Settings.Rule)}{With(Tls)}");

    /// <summary>To the servers that the domain names for its mail.</summary>
    /// <param name="Domain">A-labels, lower case.</param>
    /// <param name="Rule">That chose it; null: <c>DeliveryMode</c>.</param>
    /// <param name="Tls">What the sender wants.</param>
    public sealed record Direct(string Domain, RouteRule? Rule = null, TlsWish Tls = TlsWish.Usual)
        : Route($"mx {Domain}{By(Rule?.Name ?? "")}{With(Tls)}");

    /// <summary>Nowhere: it goes back to its sender.</summary>
    public sealed record Never(RouteRule Rule) : Route($"never{By(Rule.Name)}");

    /// <summary>The same way, for a message whose sender wants something of TLS. What the operator demands of a relay he demands for all mail.</summary>
    public Route For(TlsWish wish) =>
        (this, wish) switch
        {
            (Relay relay, TlsWish.Required) => new Relay(relay.Settings, wish),
            (Direct direct, not TlsWish.Usual) => new Direct(direct.Domain, direct.Rule, wish),
            _ => this,
        };

    private static string With(TlsWish wish) =>
        wish switch
        {
            TlsWish.Required => " with REQUIRETLS",
            TlsWish.Optional => " with TLS-Required: No",
            _ => "",
        };

    private static string By(string rule) => rule.Length == 0 ? "" : $" by {rule}";
}
