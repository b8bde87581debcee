using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// The one place that decides which way mail leaves: the rules in their order, then <c>DeliveryMode</c>. It knows settings and nothing else,
/// and gives the same answer each time.
/// </summary>
internal sealed class RouteTable
{
    private readonly IReadOnlyList<RouteRule> _rules;
    private readonly Dictionary<RouteRule, Route.Never> _never = [];
    private readonly Dictionary<RouteRule, RelayList> _ruleRelays = [];
    private readonly RelayList? _usual; // of the mail that no rule takes
    private readonly bool _isAuto; // that mail goes to its own servers first

    public RouteTable(Settings settings)
    {
        _rules = settings.Routes;
        _isAuto = settings.Detour is not null;
        _usual = (settings.Relay ?? settings.Detour) is { } relay ? new RelayList(relay, settings.Backups, _isAuto) : null;
        foreach (RouteRule rule in _rules)
            if (rule.Action == RouteAction.Never)
                _never[rule] = new Route.Never(rule);
            else if (rule.Relay is { } its)
                _ruleRelays[rule] = new RelayList(its, rule.Backups, rule.Action == RouteAction.Auto);
        Relays = Lists.SelectMany(list => list.All).ToHashSet();
    }

    /// <summary>All that mail may be given to.</summary>
    public IReadOnlySet<Route.Relay> Relays { get; }

    /// <param name="sender">The envelope's; null: the null sender.</param>
    /// <param name="account">Who submitted it; null: nobody signed in.</param>
    /// <param name="recipient">To whom.</param>
    /// <param name="state">Of the direct way.</param>
    /// <param name="now">The present.</param>
    /// <param name="passedOver">Of relays, by the route's name; null: none is.</param>
    public Route RouteOf(
        MailAddress? sender,
        string? account,
        MailAddress recipient,
        RoutingState state,
        DateTimeOffset now,
        Func<string, PassedOver?>? passedOver = null
    )
    {
        string domain = recipient.AsciiDomain;
        RouteRule? rule = _rules.Count == 0 ? null : RuleFor(sender, account, domain);
        return RouteOf(rule, domain, state.MoveOf(domain, now), passedOver);
    }

    /// <summary>The relay among those that the mail may take; null: it may take none.</summary>
    public Route.Relay? RelayOf(
        MailAddress? sender,
        string? account,
        MailAddress recipient,
        Func<string, PassedOver?>? passedOver
    ) => ListOf(RuleFor(sender, account, recipient.AsciiDomain))?.Choose(passedOver);

    /// <summary>The rule that lets such mail not leave; null: it may.</summary>
    public RouteRule? NeverFor(MailAddress? sender, string? account, MailAddress recipient) =>
        _never.Count > 0 && RuleFor(sender, account, recipient.AsciiDomain) is { Action: RouteAction.Never } rule ? rule : null;

    /// <summary>All ways that the mail may take, whatever the state is.</summary>
    public IEnumerable<Route> WaysOf(MailAddress? sender, string? account, MailAddress recipient)
    {
        string domain = recipient.AsciiDomain;
        RouteRule? rule = RuleFor(sender, account, domain);
        Route first = RouteOf(rule, domain, moved: null, passedOver: null);
        return (ListOf(rule)?.All ?? []).Prepend(first);
    }

    /// <summary>Whether what waits under this name leaves by another route now, but for what is bound to it.</summary>
    public bool HasLeft(string routeName, RoutingState state, DateTimeOffset now, Func<string, PassedOver?>? passedOver = null)
    {
        if (!routeName.StartsWith(Route.Direct.Prefix, StringComparison.Ordinal))
            return Lists.Any(list =>
                list.All.Any(relay => relay.MayMove && relay.Name == routeName)
                && ((list.First.IsDetour && state.Moves.IsEmpty) || list.Choose(passedOver).Name != routeName)
            );
        if (!HasDetours)
            return false;
        string[] parts = routeName[Route.Direct.Prefix.Length..].Split(Route.ByRule, 2);
        bool mayMove = parts.Length == 1 ? _isAuto : _ruleRelays.Keys.Any(rule => rule.Name == parts[1]);
        return mayMove && state.MoveOf(parts[0], now) is not null;
    }

    public bool HasDetours => Lists.Any(list => list.First.IsDetour);

    public bool LeavesDirectly =>
        _usual is null || _isAuto || _rules.Any(rule => rule.Action is RouteAction.Direct or RouteAction.Auto);

    private IEnumerable<RelayList> Lists => _usual is null ? _ruleRelays.Values : _ruleRelays.Values.Prepend(_usual);

    private RelayList? ListOf(RouteRule? rule) => rule is null ? _usual : _ruleRelays.GetValueOrDefault(rule);

    /// <summary>The same, with the reasons.</summary>
    public RouteDecision Decide(
        MailAddress? sender,
        string? account,
        MailAddress recipient,
        RoutingState state,
        DateTimeOffset now,
        Func<string, PassedOver?>? passedOver = null
    )
    {
        string domain = recipient.AsciiDomain;
        RouteRule? rule = RuleFor(sender, account, domain);
        RouteMove? moved = state.MoveOf(domain, now);
        Route route = RouteOf(rule, domain, moved, passedOver);
        List<string> because = [rule is null ? Usually() : Words(rule)];
        List<string> otherwise = [];
        if (route is Route.Direct { Alternative: { } relay })
            otherwise.Add(
                $"{relay.Name}, if port 25 is blocked, or if the domain's server refuses us for the reputation of this machine's address, its PTR record or missing authentication"
            );
        else if (route is Route.Relay { IsDetour: true } && moved is not null)
        {
            because.Add(moved.Reason);
            otherwise.Add($"directly, once that works: it is tried again at {moved.Probe:u}");
        }

        if (route is Route.Relay { HasOthers: true } chosen)
            Compare(ListOf(rule)!, chosen, passedOver, because, otherwise);
        otherwise.AddRange(Otherwise(rule, sender, account, domain));
        return new RouteDecision(route, string.Join("; ", because), otherwise);
    }

    /// <summary>Says of the relays in front why they are not used, and of those behind when they would be.</summary>
    private static void Compare(
        RelayList list,
        Route.Relay chosen,
        Func<string, PassedOver?>? passedOver,
        List<string> because,
        List<string> otherwise
    )
    {
        bool isBehind = false;
        foreach (Route.Relay relay in list.All)
            if (relay == chosen)
                isBehind = true;
            else if (passedOver?.Invoke(relay.Name) is { } over)
            {
                because.Add($"{relay.Name} is passed over: {over.Reason}");
                otherwise.Add($"{relay.Name}, once it takes mail again: a message tries it at {over.Until:u}");
            }
            else if (isBehind)
                otherwise.Add($"{relay.Name}, while those before it cannot be reached or refuse us");
    }

    private RouteRule? RuleFor(MailAddress? sender, string? account, string recipientDomain)
    {
        string? senderDomain = sender?.AsciiDomain;
        foreach (RouteRule rule in _rules)
            if (rule.Matches(senderDomain, account, recipientDomain))
                return rule;
        return null;
    }

    private Route RouteOf(RouteRule? rule, string domain, RouteMove? moved, Func<string, PassedOver?>? passedOver)
    {
        if (rule is not null && _never.TryGetValue(rule, out Route.Never? never))
            return never;
        if (ListOf(rule) is not { } relays)
            return new Route.Direct(domain, rule);
        return relays.First.IsDetour && moved is null
            ? new Route.Direct(domain, rule) { Alternative = relays.First }
            : relays.Choose(passedOver);
    }

    private string Usually() =>
        (_usual, _rules.Count) switch
        {
            (_, 0) when _isAuto => "DeliveryMode Auto: there is no rule",
            (_, _) when _isAuto => "DeliveryMode Auto: no rule matches",
            (null, 0) => "DeliveryMode Direct: there is no rule",
            (null, _) => "DeliveryMode Direct: no rule matches",
            (_, 0) => "RELAY_TX: all mail goes to RelayServer",
            _ => "RELAY_TX: no rule matches, and all other mail goes to RelayServer",
        };

    private static string Words(RouteRule rule)
    {
        string[] matches =
        [
            .. Match("the sender's domain", rule.Senders),
            .. Match("the account", rule.Accounts),
            .. Match("the recipient's domain", rule.Recipients),
        ];
        string to = rule.Action switch
        {
            RouteAction.Never => "this mail must not leave the system",
            RouteAction.Relay => "to its relay",
            RouteAction.Auto => "directly, else to its relay",
            _ => "to the domain's own servers",
        };
        return $"[{RouteKeys.Prefix}{rule.Name}]: {to}, because {(matches.Length == 0 ? "it matches all mail" : string.Join(" and ", matches))}";
    }

    private static IEnumerable<string> Match<T>(string what, IReadOnlyList<T> which) =>
        which.Count == 0 ? [] : [$"{what} is {(which.Count == 1 ? "" : "one of ")}{string.Join(", ", which)}"];

    /// <summary>Rules in front that another sender or account would meet, and what comes if this one were not there.</summary>
    private List<string> Otherwise(RouteRule? chosen, MailAddress? sender, string? account, string domain)
    {
        var words = new List<string>();
        foreach (RouteRule rule in _rules)
        {
            if (rule == chosen)
                break;
            bool mayMatch = rule.Recipients.Count == 0 || rule.Recipients.Any(one => one.Matches(domain));
            if (!mayMatch)
                continue;
            bool isSender =
                rule.Senders.Count > 0
                && !rule.Matches(sender?.AsciiDomain, rule.Accounts.Count > 0 ? rule.Accounts[0] : account, domain);
            if (isSender)
                words.Add($"[{RouteKeys.Prefix}{rule.Name}] for a sender of {string.Join(", ", rule.Senders)}");
            else if (rule.Accounts.Count > 0)
                words.Add($"[{RouteKeys.Prefix}{rule.Name}] for the account {string.Join(", ", rule.Accounts)}");
        }

        if (chosen is not null)
        {
            RouteRule? next = _rules
                .SkipWhile(rule => rule != chosen)
                .Skip(1)
                .FirstOrDefault(rule => rule.Matches(sender?.AsciiDomain, account, domain));
            words.Add($"without [{RouteKeys.Prefix}{chosen.Name}]: {RouteOf(next, domain, moved: null, passedOver: null).Name}");
        }
        else
            words.Add(
                _isAuto
                    ? "a section [Route:NAME] in packetboat.ini sends some mail another way; DeliveryMode Direct or Relay sends all of it one way"
                : _usual is null
                    ? "RELAY_TX in Options of sbbs.ini sends all mail to RelayServer; a section [Route:NAME] in packetboat.ini sends some"
                : "a section [Route:NAME] in packetboat.ini sends some mail another way; without RELAY_TX mail goes to each domain's servers"
            );
        return words;
    }
}
