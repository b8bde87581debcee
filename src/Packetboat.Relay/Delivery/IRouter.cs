using Packetboat.Protocol.Message;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Delivery;

/// <summary>Chooses the route. <c>explain</c> asks the same code as delivery.</summary>
public interface IRouter
{
    Route RouteOf(QueuedMessage message, MailAddress recipient);

    /// <summary>Whether mail may still leave by this relay, as the settings are now.</summary>
    bool Uses(Route.Relay relay);
}
