using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Delivery;

/// <summary>Relays in order of preference, for the same mail.</summary>
internal sealed class RelayList
{
    /// <param name="first">The best.</param>
    /// <param name="backups">The others.</param>
    /// <param name="isDetour">For what could not go to its own servers.</param>
    public RelayList(RelaySettings first, IReadOnlyList<RelaySettings> backups, bool isDetour) =>
        All = [
            .. backups
                .Prepend(first)
                .Select(relay => new Route.Relay(relay) { IsDetour = isDetour, HasOthers = backups.Count > 0 }),
        ];

    public IReadOnlyList<Route.Relay> All { get; }

    public Route.Relay First => All[0];

    /// <summary>The first that is not passed over; where all are, the first: its mail waits.</summary>
    /// <param name="passedOver">By the route's name; null: it is not.</param>
    public Route.Relay Choose(Func<string, PassedOver?>? passedOver)
    {
        if (passedOver is null || All.Count == 1)
            return First;
        foreach (Route.Relay relay in All)
            if (passedOver(relay.Name) is null)
                return relay;
        return First;
    }
}

/// <summary>A relay that others are used instead of.</summary>
/// <param name="Until">Then the next message goes there as a probe.</param>
/// <param name="Reason">What it said, or what became of the call.</param>
public sealed record PassedOver(DateTimeOffset? Until, string Reason);
