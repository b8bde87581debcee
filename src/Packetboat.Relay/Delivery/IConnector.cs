using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Delivery;

/// <summary>Opens connections for one kind of route.</summary>
internal interface IConnector
{
    ValueTask<Connection> ConnectAsync(Route route, CancellationToken stopping);

    /// <summary>The same, for mail of a sender: from which address of ours it may leave is his domain's affair too.</summary>
    ValueTask<Connection> ConnectAsync(Route route, MailAddress? sender, CancellationToken stopping) =>
        ConnectAsync(route, stopping);
}
