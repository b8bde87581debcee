using Packetboat.Protocol.Message;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Delivery;

/// <summary>Chooses the route. <c>explain</c> asks the same code as delivery.</summary>
public interface IRouter
{
    Route RouteOf(QueuedMessage message, MailAddress recipient);

    /// <summary>Finds out what must be known before the route of such mail is certain. What is known already costs nothing.</summary>
    ValueTask LookAsync(Route route, CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Of the ways that the mail may take, the one of this name; null: the settings have none any more.</summary>
    Route? WayNamed(QueuedMessage message, MailAddress recipient, string name) => null;

    /// <summary>The relay among those that the mail may take, if it may take any.</summary>
    Route? RelayOf(QueuedMessage message, MailAddress recipient) => null;

    /// <summary>Why it is that route, in words.</summary>
    string Because(QueuedMessage message, MailAddress recipient) => "";

    /// <summary>Whether what waits under a route's name leaves by others now.</summary>
    bool HasLeft(string routeName) => false;

    /// <summary>Whether mail may still leave by this relay, as the settings are now.</summary>
    bool Uses(Route.Relay relay);
}
