using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Delivery;

/// <summary>The table of the settings in force. What is sent and what is explained asks the same.</summary>
public sealed class Router(Func<Settings> settings) : IRouter
{
    private readonly DerivedSettings<RouteTable> _table = new(settings, now => new RouteTable(now));

    public Route RouteOf(QueuedMessage message, MailAddress recipient) =>
        _table.Current.RouteOf(message.Sender, message.Account, recipient).For(WishOf(message));

    public bool Uses(Route.Relay relay) =>
        _table.Current.Relays.Contains(relay.Tls == TlsWish.Usual ? relay : new Route.Relay(relay.Settings));

    /// <summary>A report is not to be lost because the way back cannot do what the way there could. RFC 8689 §5.</summary>
    private static TlsWish WishOf(QueuedMessage message) =>
        message is { Tls: TlsWish.Required, Sender: null } ? TlsWish.Usual : message.Tls;

    /// <param name="sender">The envelope's; null: the null sender.</param>
    /// <param name="account">Who submits it; null: nobody signed in.</param>
    /// <param name="recipient">To whom.</param>
    public RouteDecision Decide(MailAddress? sender, string? account, MailAddress recipient) =>
        _table.Current.Decide(sender, account, recipient);
}
