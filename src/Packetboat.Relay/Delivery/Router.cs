using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Delivery;

/// <summary>The table of the settings in force. What is sent and what is explained asks the same.</summary>
public sealed class Router(Func<Settings> settings) : IRouter
{
    private readonly DerivedSettings<RouteTable> _table = new(settings, now => new RouteTable(now));

    public Route RouteOf(QueuedMessage message, MailAddress recipient) =>
        _table.Current.RouteOf(message.Sender, message.Account, recipient);

    public bool Uses(Route.Relay relay) => _table.Current.Relays.Contains(relay);

    /// <param name="sender">The envelope's; null: the null sender.</param>
    /// <param name="account">Who submits it; null: nobody signed in.</param>
    /// <param name="recipient">To whom.</param>
    public RouteDecision Decide(MailAddress? sender, string? account, MailAddress recipient) =>
        _table.Current.Decide(sender, account, recipient);
}
