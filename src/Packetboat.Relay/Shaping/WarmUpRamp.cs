using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Shaping;

/// <summary>What one connection may send of the day's share that its provider has of our address.</summary>
/// <param name="warmUp">Counts.</param>
/// <param name="route">By which way.</param>
/// <param name="host">Whose, a name.</param>
/// <param name="address">Ours, as it is counted.</param>
/// <param name="provider">Who runs the host, as that is counted.</param>
/// <param name="name">As people call him.</param>
/// <param name="plan">What he may be sent: asked for once, not for each message.</param>
internal sealed class WarmUpRamp(
    WarmUp warmUp,
    Route.Direct route,
    string host,
    string address,
    string provider,
    string name,
    WarmUpPlan plan
)
{
    public Route.Direct Route => route;

    public string Host => host;

    public string Address => address;

    public string Provider => provider;

    public string Name => name;

    public WarmUpPlan Plan => plan;

    /// <returns>Null: some of it is left.</returns>
    public Turn.Later? Look() => warmUp.Take(this, 0);

    /// <param name="messages">By their recipients.</param>
    /// <returns>Null: they may be sent.</returns>
    public Turn.Later? Take(int messages) => warmUp.Take(this, messages);

    /// <summary>The provider did not take them.</summary>
    public void Return(int messages) => warmUp.Return(this, messages);
}
