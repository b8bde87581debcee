using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Delivery;

/// <summary>The table of the settings in force, with what is known of the direct way. What is sent and what is explained asks the same.</summary>
internal sealed class Router(Func<Settings> settings, IResolver resolver, TimeProvider time, AutoRouting auto) : IRouter
{
    private readonly DerivedSettings<RouteTable> _table = new(settings, now => new RouteTable(now));

    /// <summary>Which relays others are used instead of: the scheduler knows how they do.</summary>
    public Func<string, PassedOver?> PassedOver { get; set; } = _ => null;

    public Route RouteOf(QueuedMessage message, MailAddress recipient) =>
        _table
            .Current.RouteOf(message.Sender, message.Account, recipient, State, time.GetUtcNow(), PassedOverFor(WishOf(message)))
            .For(WishOf(message));

    public Route? RelayOf(QueuedMessage message, MailAddress recipient) =>
        _table.Current.RelayOf(message.Sender, message.Account, recipient, PassedOverFor(WishOf(message)))?.For(WishOf(message));

    /// <summary>Whose servers take a domain's mail matters where one of those was moved to the relay.</summary>
    public async ValueTask LookAsync(Route route, CancellationToken ct)
    {
        if (route is not Route.Direct { MayMove: true } direct || State.Moves.IsEmpty)
            return;
        if (State.Everything is not null || State.Providers.ContainsKey(direct.Domain))
            return;
        DnsAnswer<MxRecord> answer = await resolver.MxAsync(direct.Domain, ct);
        if (MxHosts.Of(direct.Domain, answer, _ => false, Random.Shared) is MailHosts.Found { Names: [var first, ..] })
            auto.Learn(direct.Domain, first);
    }

    /// <summary>The name of the rule that lets such mail not leave; null: it may.</summary>
    public string? RuleThatKeepsIn(MailAddress? sender, string? account, MailAddress recipient) =>
        _table.Current.NeverFor(sender, account, recipient)?.Name;

    public Route? WayNamed(QueuedMessage message, MailAddress recipient, string name) =>
        _table
            .Current.WaysOf(message.Sender, message.Account, recipient)
            .Select(way => way.For(WishOf(message)))
            .FirstOrDefault(way => way.Name == name);

    public string Because(QueuedMessage message, MailAddress recipient) =>
        Decide(message.Sender, message.Account, recipient).Because;

    public bool HasLeft(string routeName) =>
        _table.Current.HasLeft(Route.Plain(routeName, out TlsWish wish), State, time.GetUtcNow(), PassedOverFor(wish));

    public bool Uses(Route.Relay relay) => _table.Current.Relays.Any(known => known.Settings == relay.Settings);

    /// <summary>Such mail has lanes of its own: a relay that does all others may not do for it.</summary>
    private Func<string, PassedOver?> PassedOverFor(TlsWish wish) => wish == TlsWish.Required ? PassedOverWithTls : PassedOver;

    private PassedOver? PassedOverWithTls(string name) => PassedOver(Route.NameFor(name, TlsWish.Required));

    /// <summary>A report is not to be lost because the way back cannot do what the way there could. RFC 8689 §5.</summary>
    private static TlsWish WishOf(QueuedMessage message) =>
        message is { Tls: TlsWish.Required, Sender: null } ? TlsWish.Usual : message.Tls;

    /// <summary>The same, with the reasons.</summary>
    /// <param name="sender">The envelope's; null: the null sender.</param>
    /// <param name="account">Who submits it; null: nobody signed in.</param>
    /// <param name="recipient">To whom.</param>
    /// <param name="ct">Ends the look-up.</param>
    public async ValueTask<RouteDecision> DecideAsync(
        MailAddress? sender,
        string? account,
        MailAddress recipient,
        CancellationToken ct
    )
    {
        await LookAsync(RouteOf(sender, account, recipient), ct);
        return Decide(sender, account, recipient);
    }

    private RouteDecision Decide(MailAddress? sender, string? account, MailAddress recipient) =>
        _table.Current.Decide(sender, account, recipient, State, time.GetUtcNow(), PassedOver);

    private Route RouteOf(MailAddress? sender, string? account, MailAddress recipient) =>
        _table.Current.RouteOf(sender, account, recipient, State, time.GetUtcNow(), PassedOver);

    /// <summary>Whether any mail may leave by a relay because it cannot leave directly.</summary>
    public bool HasDetours => _table.Current.HasDetours;

    /// <summary>Whether any mail may leave directly.</summary>
    public bool LeavesDirectly => _table.Current.LeavesDirectly;

    private RoutingState State => auto.State;
}
