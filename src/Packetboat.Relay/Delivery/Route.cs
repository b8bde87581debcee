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
    /// <summary>Whether mail may change to another way, so that a copy that may have arrived by this one binds it.</summary>
    public virtual bool MayMove => false;

    /// <summary>In front of the rule's name, in a route's.</summary>
    public const string ByRule = " by ";

    private const string WithTls = " with ";

    /// <summary>Everything to one smart host.</summary>
    /// <param name="Settings">Its.</param>
    /// <param name="Tls">What the sender wants.</param>
    public sealed record Relay(RelaySettings Settings, TlsWish Tls = TlsWish.Usual)
        : Route($"relay {Settings.Server}:{Settings.Port}{As(Settings.Backup)}{By(Settings.Rule)}{With(Tls)}")
    {
        /// <summary>For what could not go to its own servers.</summary>
        public bool IsDetour { get; init; }

        /// <summary>Others are used while it cannot be.</summary>
        public bool HasOthers { get; init; }

        public override bool MayMove => IsDetour || HasOthers;
    }

    /// <summary>To the servers that the domain names for its mail.</summary>
    /// <param name="Domain">A-labels, lower case.</param>
    /// <param name="Rule">That chose it; null: <c>DeliveryMode</c>.</param>
    /// <param name="Tls">What the sender wants.</param>
    public sealed record Direct(string Domain, RouteRule? Rule = null, TlsWish Tls = TlsWish.Usual)
        : Route($"{Prefix}{Domain}{By(Rule?.Name ?? "")}{With(Tls)}")
    {
        /// <summary>In front of the domain, in a route's name.</summary>
        public const string Prefix = "mx ";

        /// <summary>The first of the relays that it goes to if its own servers cannot be had; null: there is none.</summary>
        public Relay? Alternative { get; init; }

        public override bool MayMove => Alternative is not null;
    }

    /// <summary>Nowhere: it goes back to its sender.</summary>
    public sealed record Never(RouteRule Rule) : Route($"never{By(Rule.Name)}");

    /// <summary>The same way, for a message whose sender wants something of TLS. What the operator demands of a relay he demands for all mail.</summary>
    public Route For(TlsWish wish) =>
        (this, wish) switch
        {
            (Relay relay, TlsWish.Required) => new Relay(relay.Settings, wish)
            {
                IsDetour = relay.IsDetour,
                HasOthers = relay.HasOthers,
            },
            (Direct direct, not TlsWish.Usual) => new Direct(direct.Domain, direct.Rule, wish)
            {
                Alternative = direct.Alternative,
            },
            _ => this,
        };

    /// <summary>A route's name, without what the sender wants of TLS.</summary>
    /// <param name="name">Of any route.</param>
    /// <param name="wish">What he wants.</param>
    public static string Plain(string name, out TlsWish wish)
    {
        int end = name.IndexOf(WithTls, StringComparison.Ordinal);
        string plain = end < 0 ? name : name[..end];
        wish =
            end < 0 ? TlsWish.Usual
            : name == NameFor(plain, TlsWish.Required) ? TlsWish.Required
            : TlsWish.Optional;
        return plain;
    }

    /// <summary>The name of the same way for such a wish.</summary>
    public static string NameFor(string plain, TlsWish wish) => plain + With(wish);

    private static string With(TlsWish wish) =>
        wish switch
        {
            TlsWish.Required => WithTls + "REQUIRETLS",
            TlsWish.Optional => WithTls + "TLS-Required: No",
            _ => "",
        };

    private static string As(string name) => name.Length == 0 ? "" : $" as {name}";

    private static string By(string rule) => rule.Length == 0 ? "" : ByRule + rule;
}
