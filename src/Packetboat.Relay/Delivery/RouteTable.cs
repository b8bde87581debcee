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
    private readonly Dictionary<RouteRule, Route> _fixed = [];
    private readonly Route.Relay? _everything;

    public RouteTable(Settings settings)
    {
        _rules = settings.Routes;
        _everything = settings.Relay is { } relay ? new Route.Relay(relay) : null;
        foreach (RouteRule rule in _rules)
            if (rule.Action == RouteAction.Never)
                _fixed[rule] = new Route.Never(rule);
            else if (rule.Relay is { } its)
                _fixed[rule] = new Route.Relay(its);
        Relays = _fixed.Values.Append(_everything).OfType<Route.Relay>().ToHashSet();
    }

    /// <summary>All that mail may be given to.</summary>
    public IReadOnlySet<Route.Relay> Relays { get; }

    /// <param name="sender">The envelope's; null: the null sender.</param>
    /// <param name="account">Who submitted it; null: nobody signed in.</param>
    /// <param name="recipient">To whom.</param>
    public Route RouteOf(MailAddress? sender, string? account, MailAddress recipient)
    {
        string domain = recipient.AsciiDomain;
        return RouteOf(_rules.Count == 0 ? null : RuleFor(sender, account, domain), domain);
    }

    /// <summary>The same, with the reasons.</summary>
    public RouteDecision Decide(MailAddress? sender, string? account, MailAddress recipient)
    {
        string domain = recipient.AsciiDomain;
        RouteRule? rule = RuleFor(sender, account, domain);
        Route route = RouteOf(rule, domain);
        return new RouteDecision(route, rule is null ? Usually() : Words(rule), Otherwise(rule, sender, account, domain));
    }

    private RouteRule? RuleFor(MailAddress? sender, string? account, string recipientDomain)
    {
        string? senderDomain = sender?.AsciiDomain;
        foreach (RouteRule rule in _rules)
            if (rule.Matches(senderDomain, account, recipientDomain))
                return rule;
        return null;
    }

    private Route RouteOf(RouteRule? rule, string domain) =>
        rule is null ? _everything ?? (Route)new Route.Direct(domain)
        : _fixed.TryGetValue(rule, out Route? known) ? known
        : new Route.Direct(domain, rule);

    private string Usually() =>
        (_everything, _rules.Count) switch
        {
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
            words.Add($"without [{RouteKeys.Prefix}{chosen.Name}]: {RouteOf(next, domain).Name}");
        }
        else
            words.Add(
                _everything is null
                    ? "RELAY_TX in Options of sbbs.ini sends all mail to RelayServer; a section [Route:NAME] in packetboat.ini sends some"
                    : "a section [Route:NAME] in packetboat.ini sends some mail another way; without RELAY_TX mail goes to each domain's servers"
            );
        return words;
    }
}
