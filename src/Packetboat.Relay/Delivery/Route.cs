using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// By which way a recipient's copy leaves. Everything of one name shares connections, limits and troubles. What a rule chose has the rule in
/// its name: it has credentials and a source address of its own.
/// </summary>
/// <param name="Name">As people see it.</param>
public abstract record Route(string Name)
{
    /// <summary>Everything to one smart host.</summary>
    public sealed record Relay(RelaySettings Settings) : Route($"relay {Settings.Server}:{Settings.Port}{By(Settings.Rule)}");

    /// <summary>To the servers that the domain names for its mail.</summary>
    /// <param name="Domain">A-labels, lower case.</param>
    /// <param name="Rule">That chose it; null: <c>DeliveryMode</c>.</param>
    public sealed record Direct(string Domain, RouteRule? Rule = null) : Route($"mx {Domain}{By(Rule?.Name ?? "")}");

    /// <summary>Nowhere: it goes back to its sender.</summary>
    public sealed record Never(RouteRule Rule) : Route($"never{By(Rule.Name)}");

    private static string By(string rule) => rule.Length == 0 ? "" : $" by {rule}";
}
