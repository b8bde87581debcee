namespace Packetboat.Relay.Delivery;

/// <summary>Opens connections for one kind of route.</summary>
internal interface IConnector
{
    ValueTask<Connection> ConnectAsync(Route route, CancellationToken stopping);
}
