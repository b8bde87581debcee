namespace Packetboat.Relay.Delivery;

/// <summary>For mail that must not leave this system: nobody is called, and it goes back to its sender with words that say so.</summary>
internal sealed class NoConnector : IConnector
{
    public ValueTask<Connection> ConnectAsync(Route route, CancellationToken stopping) =>
        ValueTask.FromResult<Connection>(new Connection.Impossible(DeliveryReplies.MustNotLeave(((Route.Never)route).Rule.Name)));
}
