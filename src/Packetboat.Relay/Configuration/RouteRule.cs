using System.Net;

namespace Packetboat.Relay.Configuration;

/// <summary>A section <c>[Route:NAME]</c>: which mail it is about, and how that leaves.</summary>
/// <param name="Name">As in the header.</param>
/// <param name="Action">What is done.</param>
public sealed record RouteRule(string Name, RouteAction Action)
{
    /// <summary>Domains of envelope senders; none: any, the null sender too.</summary>
    public IReadOnlyList<DomainPattern> Senders { get; init; } = [];

    /// <summary>Accounts that submit; none: any, and mail that no account submits.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Domains of recipients; none: any.</summary>
    public IReadOnlyList<DomainPattern> Recipients { get; init; } = [];

    /// <summary>Of <see cref="RouteAction.Relay"/> and <see cref="RouteAction.Auto"/>; else null.</summary>
    public RelaySettings? Relay { get; init; }

    /// <summary>What is used, in this order, while <see cref="Relay"/> cannot be.</summary>
    public IReadOnlyList<RelaySettings> Backups { get; init; } = [];

    /// <summary>Where connections to domains' own servers come from; null: as for all others.</summary>
    public IPAddress? Source4 { get; init; }

    public IPAddress? Source6 { get; init; }

    /// <summary>Whatever the rules before it leave.</summary>
    public bool TakesAll => Recipients.Count == 0 && Senders.Count == 0 && Accounts.Count == 0;

    /// <param name="senderDomain">A-labels, lower case; null: the null sender.</param>
    /// <param name="account">Who submitted it; null: nobody signed in.</param>
    /// <param name="recipientDomain">A-labels, lower case.</param>
    public bool Matches(string? senderDomain, string? account, string recipientDomain) =>
        (Recipients.Count == 0 || Recipients.Any(one => one.Matches(recipientDomain)))
        && (Senders.Count == 0 || (senderDomain is not null && Senders.Any(one => one.Matches(senderDomain))))
        && (Accounts.Count == 0 || (account is not null && Accounts.Contains(account, StringComparer.OrdinalIgnoreCase)));

    /// <summary>Whether it matches all that the other does, so that one behind it never counts.</summary>
    public bool Covers(RouteRule other) =>
        Covers(Recipients, other.Recipients, (one, its) => one.Covers(its))
        && Covers(Senders, other.Senders, (one, its) => one.Covers(its))
        && Covers(Accounts, other.Accounts, (one, its) => one.Equals(its, StringComparison.OrdinalIgnoreCase));

    /// <summary>It in parts, each for one sender's domain, one account and one recipient's domain: what several rules cover together is all of these.</summary>
    public IEnumerable<RouteRule> Parts() =>
        from sender in Each(Senders)
        from account in Each(Accounts)
        from recipient in Each(Recipients)
        select this with
        {
            Senders = sender,
            Accounts = account,
            Recipients = recipient,
        };

    private static IEnumerable<IReadOnlyList<T>> Each<T>(IReadOnlyList<T> all) =>
        all.Count == 0 ? [all] : all.Select(one => (T[])[one]);

    private static bool Covers<T>(IReadOnlyList<T> mine, IReadOnlyList<T> its, Func<T, T, bool> covers) =>
        mine.Count == 0 || (its.Count > 0 && its.All(theirs => mine.Any(one => covers(one, theirs))));
}
