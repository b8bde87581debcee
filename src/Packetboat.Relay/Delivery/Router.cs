using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Delivery;

/// <summary><c>RELAY_TX</c> and <c>DeliveryMode</c>: all mail to the relay, or each domain's to its own servers.</summary>
public sealed class Router(Func<Settings> settings) : IRouter
{
    private readonly DerivedSettings<Everywhere> _everywhere = new(
        settings,
        now => new Everywhere(now.Relay is { } relay ? new Route.Relay(relay) : null)
    );

    public Route RouteOf(MailAddress recipient) => _everywhere.Current.Route ?? new Route.Direct(recipient.AsciiDomain);

    /// <param name="Route">The one for all mail; null: each domain has its own.</param>
    private sealed record Everywhere(Route? Route);
}
