using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Delivery;

/// <summary><c>RELAY_TX</c> and <c>DeliveryMode</c>: all mail to the relay, or each domain's to its own servers.</summary>
public sealed class Router(Func<Settings> settings) : IRouter
{
    public Route RouteOf(MailAddress recipient) =>
        settings().Relay is { } relay ? new Route.Relay(relay) : new Route.Direct(recipient.AsciiDomain);
}
