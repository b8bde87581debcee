namespace Packetboat.Relay.Delivery;

/// <summary>Mail that goes to the relay although it would go to its own servers.</summary>
/// <param name="What">A provider's key; <see cref="Everything"/>: all.</param>
/// <param name="Reason">In words. A peer's may be in it: printable, bounded.</param>
/// <param name="Since">When.</param>
/// <param name="Probe">When its own servers are tried again.</param>
/// <param name="Probes">In vain so far.</param>
/// <param name="Hosts">Names of those that did not answer, where that is the reason.</param>
public sealed record RouteMove(
    string What,
    string Reason,
    DateTimeOffset Since,
    DateTimeOffset Probe,
    int Probes,
    IReadOnlyList<string> Hosts
)
{
    public const string Everything = "*";

    public bool IsEverything => What == Everything;

    /// <summary>Tried in vain once more: the pause doubles.</summary>
    public RouteMove Again(string reason, DateTimeOffset now, TimeSpan first, TimeSpan longest) =>
        this with
        {
            Reason = reason,
            Probes = Probes + 1,
            Probe = now + TimeSpan.FromTicks(Math.Min(longest.Ticks, first.Ticks << Math.Min(Probes + 1, 10))),
        };
}
