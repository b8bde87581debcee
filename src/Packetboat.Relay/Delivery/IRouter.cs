using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Delivery;

/// <summary>Chooses the route. <c>explain</c> asks the same code as delivery.</summary>
public interface IRouter
{
    Route RouteOf(MailAddress recipient);
}
