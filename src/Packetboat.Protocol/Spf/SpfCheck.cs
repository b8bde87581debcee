using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;

namespace Packetboat.Protocol.Spf;

/// <summary>One check: <c>check_host()</c> of RFC 7208 §4 with what it counts. Used once.</summary>
internal sealed class SpfCheck(
    IResolver resolver,
    SpfQuestion question,
    string receiver,
    DateTimeOffset now,
    CancellationToken ct
)
{
    /// <summary>Terms that ask the DNS, in all records together. RFC 7208 §4.6.4.</summary>
    internal const int MaxLookups = 10;

    /// <summary>Questions of mechanisms that nothing answers. RFC 7208 §4.6.4.</summary>
    internal const int MaxVoidLookups = 2;

    /// <summary>Hosts of one mx or ptr. RFC 7208 §4.6.4.</summary>
    internal const int MaxHosts = 10;

    private const int MaxExplanation = 400;

    private readonly IPAddress _host = question.Host;
    private int _lookups;
    private int _voids;
    private string[]? _hostNames;
    private bool _isNameless;

    public async ValueTask<SpfVerdict> RunAsync()
    {
        string domain = question.Domain;
        string shown = PrintableText.Ascii(domain, 255);
        if (!CanHaveRecord(domain))
        {
            string none =
                domain.Length == 0 ? "there is no domain to ask" : $"{shown} is no domain name that could have a record";
            return new SpfVerdict(SpfResult.None, shown, none);
        }

        Outcome outcome = await CheckHostAsync(domain);
        string? explanation = outcome is { Result: SpfResult.Fail, Explanation: { } macro }
            ? await ExplainAsync(macro, outcome.Domain)
            : null;
        return new SpfVerdict(
            outcome.Result,
            shown,
            PrintableText.Ascii(outcome.Reason, 500),
            outcome.Term is null ? null : PrintableText.Ascii(outcome.Term, 255),
            explanation
        );
    }

    private async ValueTask<Outcome> CheckHostAsync(string domain)
    {
        (Outcome? ended, string text) = await RecordOfAsync(domain);
        if (ended is not null)
            return ended;
        if (!SpfRecord.TryParse(text, out SpfRecord? record, out string? fault))
            return new Outcome(SpfResult.PermError, domain, $"the record of {domain} is wrong at {fault}");

        foreach (SpfTerm term in record.Terms)
        {
            if (term.AsksDns && ++_lookups > MaxLookups)
                return TooManyLookups(domain);
            Match match = await MatchAsync(term, domain);
            if (match.Error is { } error)
                return error;
            if (match.Holds)
                return new Outcome(term.Qualifier, domain, Sentence(term, domain), term.Text, record.Explanation);
        }

        if (record.Redirect is { } redirect && !record.Terms.Any(term => term.Kind is SpfKind.All))
            return await RedirectAsync(redirect, domain);
        return new Outcome(
            SpfResult.Neutral,
            domain,
            $"nothing in the record of {domain} matches {_host}, and it does not say all"
        );
    }

    /// <summary>The one SPF record of a domain, or the result without one. RFC 7208 §4.4, §4.5.</summary>
    private async ValueTask<(Outcome? Ended, string Text)> RecordOfAsync(string domain)
    {
        switch (await resolver.TextAsync(domain, ct))
        {
            case DnsAnswer<string>.TemporaryFailure failure:
                return (new Outcome(SpfResult.TempError, domain, $"TXT of {domain} cannot be looked up: {failure.Reason}"), "");
            case DnsAnswer<string>.Found found:
                string[] records = [.. found.Records.Where(SpfRecord.IsMeant)];
                return records switch
                {
                    [] => (new Outcome(SpfResult.None, domain, $"{domain} has no SPF record"), ""),
                    [var only] => (null, only),
                    _ => (
                        new Outcome(SpfResult.PermError, domain, $"{domain} has {records.Length} SPF records; only one may be"),
                        ""
                    ),
                };
            case DnsAnswer<string>.NxDomain:
                return (new Outcome(SpfResult.None, domain, $"there is no domain {domain}"), "");
            default:
                return (new Outcome(SpfResult.None, domain, $"{domain} has no SPF record"), "");
        }
    }

    private async ValueTask<Outcome> RedirectAsync(SpfMacro redirect, string domain)
    {
        if (++_lookups > MaxLookups)
            return TooManyLookups(domain);
        string target = await TargetAsync(redirect, domain);
        Outcome outcome = CanHaveRecord(target)
            ? await CheckHostAsync(target)
            : new Outcome(SpfResult.None, domain, $"{target} is no domain name");
        return outcome.Result is SpfResult.None
            ? new Outcome(SpfResult.PermError, domain, $"the record of {domain} redirects to {target}: {outcome.Reason}")
            : outcome;
    }

    private static Outcome TooManyLookups(string domain) =>
        new(
            SpfResult.PermError,
            domain,
            $"more than {MaxLookups} look-ups are asked for; the record of {domain} has the one too many"
        );

    private async ValueTask<Match> MatchAsync(SpfTerm term, string domain)
    {
        switch (term.Kind)
        {
            case SpfKind.All:
                return Match.Yes;
            case SpfKind.Ip4 or SpfKind.Ip6:
                return Match.Of(term.Covers(term.Network!, _host));
        }

        string target = term.Target is null ? domain : await TargetAsync(term.Target, domain);
        return term.Kind switch
        {
            SpfKind.Include => await IncludeAsync(target, domain),
            // A name that cannot be asked for has no records. RFC 7208 §4.8.
            _ when !CanBeAsked(target) => Match.No,
            SpfKind.A => await AddressAsync(term, target),
            SpfKind.Mx => await MxAsync(term, target),
            SpfKind.Ptr => await PtrAsync(target),
            _ => await ExistsAsync(target),
        };
    }

    /// <summary>RFC 7208 §5.2: the table at its end.</summary>
    private async ValueTask<Match> IncludeAsync(string target, string domain)
    {
        Outcome outcome = CanHaveRecord(target)
            ? await CheckHostAsync(target)
            : new Outcome(SpfResult.None, domain, $"{target} is no domain name");
        return outcome.Result switch
        {
            SpfResult.Pass => Match.Yes,
            SpfResult.TempError or SpfResult.PermError => new Match(Holds: false, outcome),
            SpfResult.None => Match.Failed(
                SpfResult.PermError,
                domain,
                $"the record of {domain} includes {target}: {outcome.Reason}"
            ),
            _ => Match.No,
        };
    }

    private async ValueTask<Match> AddressAsync(SpfTerm term, string target) =>
        Found(await AddressesAsync(target), target, "addresses", out IReadOnlyList<IPAddress> addresses)
        ?? Match.Of(addresses.Any(address => term.Covers(address, _host)));

    private async ValueTask<Match> MxAsync(SpfTerm term, string target)
    {
        if (Found(await resolver.MxAsync(target, ct), target, "MX", out IReadOnlyList<MxRecord> hosts) is { } none)
            return none;
        if (hosts.Count > MaxHosts)
            return Match.Failed(SpfResult.PermError, target, $"{target} has {hosts.Count} MX; {MaxHosts} may be");
        foreach (MxRecord mx in hosts.OrderBy(mx => mx.Preference))
        {
            if (!CanBeAsked(mx.Host))
                continue;
            Match match = await AddressAsync(term, mx.Host);
            if (match.Holds || match.Error is not null)
                return match;
        }

        return Match.No;
    }

    /// <summary>RFC 7208 §5.7: an A record, whichever kind the host's own address is.</summary>
    private async ValueTask<Match> ExistsAsync(string target) =>
        Found(await resolver.Ipv4Async(target, ct), target, "A", out IReadOnlyList<IPAddress> _) ?? Match.Yes;

    private ValueTask<DnsAnswer<IPAddress>> AddressesAsync(string name) =>
        _host.AddressFamily is AddressFamily.InterNetwork ? resolver.Ipv4Async(name, ct) : resolver.Ipv6Async(name, ct);

    /// <summary>Null where there are records.</summary>
    private Match? Found<T>(DnsAnswer<T> answer, string name, string what, out IReadOnlyList<T> records)
    {
        records = [];
        switch (answer)
        {
            case DnsAnswer<T>.Found found:
                records = found.Records;
                return null;
            case DnsAnswer<T>.TemporaryFailure failure:
                return Match.Failed(SpfResult.TempError, name, $"{what} of {name} cannot be looked up: {failure.Reason}");
            default:
                return FoundNothing(name);
        }
    }

    private Match FoundNothing(string name) =>
        ++_voids > MaxVoidLookups
            ? Match.Failed(SpfResult.PermError, name, $"more than {MaxVoidLookups} look-ups find nothing; {name} is the last")
            : Match.No;

    private async ValueTask<Match> PtrAsync(string target)
    {
        string[] names = await HostNamesAsync();
        return _isNameless ? FoundNothing(_host.ToString()) : Match.Of(names.Any(name => IsWithin(name, target)));
    }

    /// <summary>The names of the host that lead back to it. RFC 7208 §5.5. What fails on the way is passed over.</summary>
    private async ValueTask<string[]> HostNamesAsync()
    {
        if (_hostNames is not null)
            return _hostNames;
        _hostNames = [];
        DnsAnswer<string> answer = await resolver.NamesAsync(_host, ct);
        _isNameless = answer is DnsAnswer<string>.NxDomain or DnsAnswer<string>.NoData;
        if (answer is not DnsAnswer<string>.Found names)
            return _hostNames;
        var valid = new List<string>();
        foreach (string name in names.Records.Take(MaxHosts))
        {
            if (
                CanBeAsked(name)
                && await AddressesAsync(name) is DnsAnswer<IPAddress>.Found addresses
                && addresses.Records.Contains(_host)
            )
                valid.Add(name);
        }

        return _hostNames = [.. valid];
    }

    private async ValueTask<string> TargetAsync(SpfMacro macro, string domain)
    {
        if (macro.UsesHostName)
            await HostNamesAsync();
        return macro.ExpandDomain(letter => ValueOf(letter, domain));
    }

    /// <summary>RFC 7208 §6.2: only what is whole, alone and ASCII; trouble on the way means no explanation.</summary>
    private async ValueTask<string?> ExplainAsync(SpfMacro where, string domain)
    {
        string target = await TargetAsync(where, domain);
        if (!CanBeAsked(target) || await resolver.TextAsync(target, ct) is not DnsAnswer<string>.Found { Records: [var text] })
            return null;
        if (!SpfMacro.TryParseExplanation(text, out SpfMacro? macro))
            return null;
        if (macro.UsesHostName)
            await HostNamesAsync();
        string explanation = PrintableText.Ascii(macro.Expand(letter => ValueOf(letter, domain)), MaxExplanation);
        return explanation.Length == 0 ? null : explanation;
    }

    /// <summary>RFC 7208 §7.2.</summary>
    private string ValueOf(char letter, string domain) =>
        letter switch
        {
            's' => question.FullSender,
            'l' => question.LocalPart,
            'o' => question.Domain,
            'd' => domain,
            'i' => Dotted(_host),
            'p' => HostName(domain),
            'v' => _host.AddressFamily is AddressFamily.InterNetwork ? "in-addr" : "ip6",
            'h' => question.Helo,
            'c' => _host.ToString(),
            'r' => receiver.Length == 0 ? "unknown" : receiver,
            't' => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            _ => "",
        };

    /// <summary>RFC 7208 §7.3: the domain itself, else one below it, else any.</summary>
    private string HostName(string domain)
    {
        string[] names = _hostNames ?? [];
        return Array.Find(names, name => name.Equals(domain, StringComparison.OrdinalIgnoreCase))
            ?? Array.Find(names, name => IsWithin(name, domain))
            ?? names.FirstOrDefault("unknown");
    }

    /// <summary>IPv4 as ever, IPv6 as 32 nibbles with dots. RFC 7208 §7.3.</summary>
    private static string Dotted(IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetwork
            ? address.ToString()
            : string.Join('.', Convert.ToHexStringLower(address.GetAddressBytes()).AsEnumerable());

    private string Sentence(SpfTerm term, string domain) =>
        term.Kind is SpfKind.All
            ? $"{_host} is none of the hosts before {term.Text} in the record of {domain}"
            : $"{_host} is one that {term.Text} means in the record of {domain}";

    private static bool IsWithin(string name, string domain) =>
        name.Equals(domain, StringComparison.OrdinalIgnoreCase)
        || (
            name.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
            && name.Length > domain.Length
            && name[name.Length - domain.Length - 1] == '.'
        );

    /// <summary>Labels that fit a packet. RFC 1035 §2.3.4.</summary>
    private static bool CanBeAsked(string name)
    {
        if (name.Length is 0 or > 253)
            return false;
        foreach (Range label in name.AsSpan().Split('.'))
        {
            (_, int length) = label.GetOffsetAndLength(name.Length);
            if (length is 0 or > 63)
                return false;
        }

        return true;
    }

    /// <summary>RFC 7208 §4.3: at least two labels; an address literal is no domain.</summary>
    private static bool CanHaveRecord(string domain) => domain.Contains('.') && domain[0] != '[' && CanBeAsked(domain);

    /// <param name="Result">Of this record.</param>
    /// <param name="Domain">Whose record it was that decided: the macro <c>d</c> of the explanation.</param>
    /// <param name="Reason">For people.</param>
    /// <param name="Term">That decided.</param>
    /// <param name="Explanation">Where the domain's own words are.</param>
    private sealed record Outcome(
        SpfResult Result,
        string Domain,
        string Reason,
        string? Term = null,
        SpfMacro? Explanation = null
    );

    private readonly record struct Match(bool Holds, Outcome? Error)
    {
        public static Match Yes { get; } = new(Holds: true, Error: null);

        public static Match No { get; } = new(Holds: false, Error: null);

        public static Match Of(bool holds) => holds ? Yes : No;

        public static Match Failed(SpfResult result, string domain, string reason) =>
            new(Holds: false, new Outcome(result, domain, reason));
    }
}
