namespace Packetboat.Relay.Shaping;

/// <summary>How much a provider takes of one sender, as far as it says so.</summary>
/// <param name="Connections">At once, for all the domains whose mail it takes.</param>
/// <param name="MessagesPerConnection">Then a new one is opened.</param>
/// <param name="MessagesPerMinute">0: as many as it takes.</param>
/// <param name="Source">Where the numbers are from, an URL; may be empty.</param>
public sealed record ProviderShape(int Connections, int MessagesPerConnection, int MessagesPerMinute, string Source)
{
    /// <summary>What a server gets of which nothing is known.</summary>
    public static ProviderShape Usual { get; } = new(20, 100, 0, "");

    /// <summary>What it is sent of an address that it does not know yet; null: the usual.</summary>
    public WarmUpPlan? WarmUp { get; init; }
}
