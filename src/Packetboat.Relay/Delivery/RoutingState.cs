using System.Collections.Immutable;

namespace Packetboat.Relay.Delivery;

/// <summary>What is known of the direct way, at one moment. It never changes: a change makes another one.</summary>
/// <param name="Moves">By what was moved.</param>
/// <param name="Providers">Whose servers take a domain's mail, of those that were moved.</param>
internal sealed record RoutingState(ImmutableDictionary<string, RouteMove> Moves, ImmutableDictionary<string, string> Providers)
{
    public static RoutingState Empty { get; } =
        new(
            ImmutableDictionary.Create<string, RouteMove>(StringComparer.OrdinalIgnoreCase),
            ImmutableDictionary.Create<string, string>(StringComparer.Ordinal)
        );

    public RouteMove? Everything => Moves.GetValueOrDefault(RouteMove.Everything);

    /// <summary>Why a domain's mail does not go to its own servers now; null: it does.</summary>
    /// <param name="domain">A-labels, lower case.</param>
    /// <param name="now">The present. A move of a provider whose time is over counts no more: mail goes ahead as a probe.</param>
    public RouteMove? MoveOf(string domain, DateTimeOffset now)
    {
        if (Moves.IsEmpty)
            return null;
        if (Everything is { } all)
            return all;
        return
            Providers.TryGetValue(domain, out string? provider)
            && Moves.TryGetValue(provider, out RouteMove? move)
            && now < move.Probe
            ? move
            : null;
    }
}
