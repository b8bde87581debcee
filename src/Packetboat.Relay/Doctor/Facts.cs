using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Spf;
using Packetboat.Relay.Checks;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Tokens;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Doctor;

/// <summary>What several checks want to know. Each is found out once, when the first asks.</summary>
internal sealed class Facts
{
    private readonly HostAddresses _addresses;
    private readonly Dialer _dialer;
    private readonly Caller _caller;
    private readonly Lazy<Task<DnsHealth>> _dns;
    private readonly Lazy<Task<Reach>> _reach4;
    private readonly Lazy<Task<Reach>> _reach6;
    private readonly ConcurrentDictionary<(RelaySettings Relay, bool MustVerify), Lazy<Task<RelayContact>>> _relays = new();
    private readonly RelaySignIn _signIn;
    private readonly CancellationToken _over;
    private readonly Lazy<Task<Talk?>> _relayTalk;
    private readonly Lazy<Task<IReadOnlyList<OwnAddress>>> _own;
    private readonly Lazy<Task<IReadOnlyList<IPAddress>>> _leaving;
    private readonly Lazy<Task<SpfVerdict?>> _spf;
    private readonly Lazy<Task<DkimKeys>> _dkim;

    /// <param name="subject">Of whom.</param>
    /// <param name="resolver">Asks the DNS.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tokens">For relays that are shown one; null: they cannot be tried.</param>
    /// <param name="over">The examination ends.</param>
    public Facts(Subject subject, IResolver resolver, TimeProvider time, TokenKeeper? tokens, CancellationToken over)
    {
        (Subject, Resolver, Time, HasTokens, _over) = (subject, resolver, time, tokens is not null, over);
        Settings effective = subject.Effective;
        DialSettings dialing = DialSettingsOf(effective);
        Dialer dialer = _dialer = new Dialer(() => dialing, time);
        _addresses = new HostAddresses(resolver, () => effective.Mail.DnsServer is not null);
        _caller = new Caller(dialer, () => subject.HostName, time);
        _signIn = new RelaySignIn(new RelayConnector(dialer, _addresses, () => effective, tokens));
        _dns = new(() => AskAsync(over));
        _reach4 = new(() => CallProvidersAsync(AddressFamily.InterNetwork, over));
        _reach6 = new(() => CallProvidersAsync(AddressFamily.InterNetworkV6, over));
        _relayTalk = new(() => CallRelayAsync(over));
        _own = new(FindOwnAsync);
        _leaving = new(() => FindLeavingAsync(over));
        _spf = new(() => AskSpfAsync(over));
        _dkim = new(() => DkimKeys.OfAsync(this, over));
    }

    /// <summary>How long a connection may take: who has not answered by then does not, or is of no use to anybody.</summary>
    public static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan PolicyPatience = TimeSpan.FromSeconds(10);

    public Subject Subject { get; }

    public IResolver Resolver { get; }

    public TimeProvider Time { get; }

    public Task<DnsHealth> DnsAsync() => _dns.Value;

    public Task<Reach> ReachAsync(AddressFamily family) => (family == AddressFamily.InterNetwork ? _reach4 : _reach6).Value;

    /// <summary>Tokens can be shown.</summary>
    public bool HasTokens { get; }

    /// <summary>RelayServer. Null: none is written down.</summary>
    public async Task<RelayContact?> RelayAsync() => Subject.KnownRelay is { } relay ? await SignInAsync(relay) : null;

    /// <summary>As it takes us wherever it is used.</summary>
    public Task<RelayContact> SignInAsync(RelaySettings relay) =>
        SignInAsync(relay, Subject.Relays.Any(group => group.IsDetour && group.Relays.Contains(relay)));

    /// <summary>One sign-in, whatever rules and lists name the relay: each failure brings a ban nearer. Two only where there is nothing to sign in with.</summary>
    /// <param name="relay">Which.</param>
    /// <param name="isDetour">For what cannot go to its own servers.</param>
    public Task<RelayContact> SignInAsync(RelaySettings relay, bool isDetour)
    {
        RelaySettings bare = relay with { Rule = "", Backup = "" };
        bool mustVerify = RelayConnector.MustVerify(new Route.Relay(relay) { IsDetour = isDetour }, Subject.Effective);
        return _relays
            .GetOrAdd((bare, mustVerify), _ => new Lazy<Task<RelayContact>>(() => _signIn.TryAsync(relay, isDetour, _over)))
            .Value;
    }

    /// <summary>The first of them that takes us; null: none does.</summary>
    public async Task<RelayContact?> FirstThatWorksAsync(RelayGroup group)
    {
        RelayContact[] contacts = await Task.WhenAll(
            group.Relays.Where(CanTry).Select(relay => SignInAsync(relay, group.IsDetour))
        );
        return Array.Find(contacts, contact => contact.Works);
    }

    /// <summary>Without the store its token is not at hand.</summary>
    public bool CanTry(RelaySettings relay) => relay.Token is null || HasTokens;

    /// <summary>The relay's greeting and its answer to EHLO; null: none is known, or its port begins with TLS, or it has no address.</summary>
    public Task<Talk?> RelayTalkAsync() => _relayTalk.Value;

    /// <summary>Our addresses as others see them, one of each version of IP.</summary>
    public Task<IReadOnlyList<OwnAddress>> OwnAsync() => _own.Value;

    /// <summary>The addresses that receivers see: <c>SendingAddresses</c>, else the relay's, where mail goes there.</summary>
    public Task<IReadOnlyList<IPAddress>> LeavingFromAsync() => _leaving.Value;

    /// <summary>What SPF says of the domain and each of these, the worst; null: nobody knows from where mail leaves, or for whom.</summary>
    public Task<SpfVerdict?> SpfAsync() => _spf.Value;

    /// <summary>
    /// Nobody has said from which addresses the relay sends, and the domain's record takes in those of others: one of them may be the relay's.
    /// </summary>
    public async Task<bool> IsSpfInDoubtAsync(CancellationToken ct) =>
        Subject.Effective.Packetboat.SendingAddresses.Count == 0
        && Subject.Domain is { } domain
        && await SeenRelayAsync() is not null
        && await SpfAsync() is { Result: not SpfResult.PermError }
        && (await Resolver.TextAsync(domain, ct) as DnsAnswer<string>.Found)?.Records.FirstOrDefault(SpfRecord.IsMeant)
            is { } text
        && SpfRecord.TryParse(text, out SpfRecord? record, out _)
        && (record.Redirect is not null || record.Terms.Any(term => term.Kind == SpfKind.Include));

    public Task<DkimKeys> DkimAsync() => _dkim.Value;

    /// <summary>Why it does not matter what others think of our own address; empty: it does.</summary>
    public async Task<string> WhyNotOwnAsync()
    {
        if (Subject is { Keeper: { } keeper, DirectRules: [] })
            return $"no mail leaves from this address, as [{RouteKeys.Prefix}{keeper.Name}] says";
        if (Subject.UsedRelay is { } relay)
            return $"receivers see the address of {relay.Server}, and not this one's";
        return await IsShutAsync() ? "port 25 is closed: no mail leaves from this address" : "";
    }

    /// <summary>Port 25 is open to others: mail can leave directly.</summary>
    public async Task<bool> IsOpenAsync() =>
        (await ReachAsync(AddressFamily.InterNetwork)).IsOpen || (await ReachAsync(AddressFamily.InterNetworkV6)).IsOpen;

    private async Task<bool> IsShutAsync()
    {
        Reach four = await ReachAsync(AddressFamily.InterNetwork);
        Reach six = await ReachAsync(AddressFamily.InterNetworkV6);
        bool isShut = four.IsClosed || four.Interceptor is not null || six.IsClosed || six.Interceptor is not null;
        return isShut && !four.IsOpen && !six.IsOpen;
    }

    /// <summary>Reads policies; null: by HTTPS.</summary>
    public IPolicyFetcher? Policies { get; init; }

    /// <summary>Our domain's MTA-STS policy, as its senders get it.</summary>
    public async Task<FetchedPolicy> FetchPolicyAsync(string domain, CancellationToken ct)
    {
        if (Policies is not null)
            return await Policies.FetchAsync(domain, ct);
        using var patience = new CancellationTokenSource(PolicyPatience, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        using var fetcher = new PolicyFetcher(_dialer, _addresses, () => Subject.Effective.Packetboat.AllowPrivateTargets, Time);
        try
        {
            return await fetcher.FetchAsync(domain, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return FetchedPolicy.None($"no answer within {PolicyPatience.TotalSeconds:0} seconds");
        }
    }

    public ValueTask<(IReadOnlyList<IPAddress> Addresses, string Failure)> AddressesOfAsync(string host, CancellationToken ct) =>
        _addresses.OfAsync(host, ct);

    public Task<Talk> CallAsync(string host, IPEndPoint target, CancellationToken ct) => _caller.CallAsync(host, target, ct);

    /// <summary>Mail goes to a relay, or does where it cannot go directly, and that takes it.</summary>
    public async Task<bool> RelayCarriesAsync() => Subject.HasRelay && await FirstThatWorksAsync(Subject.Relays[0]) is not null;

    /// <summary>The relay whose address receivers see; null: they see ours, or no mail leaves.</summary>
    public async Task<RelaySettings?> SeenRelayAsync() =>
        Subject.UsedRelay ?? (Subject.Detour is { } detour && await IsShutAsync() ? detour : null);

    private static DialSettings DialSettingsOf(Settings settings) =>
        SendMail.DialSettingsOf(settings) with
        {
            ConnectTimeout = ConnectPatience,
            Timeouts = new Protocol.SmtpClient.SmtpClientTimeouts
            {
                Greeting = TimeSpan.FromSeconds(10),
                // A hub waits five seconds before it refuses a password.
                Command = TimeSpan.FromSeconds(12),
                Handshake = TimeSpan.FromSeconds(8),
                DataBlock = TimeSpan.FromSeconds(8),
                Goodbye = TimeSpan.FromSeconds(1),
            },
        };

    private async Task<DnsHealth> AskAsync(CancellationToken ct)
    {
        DnsAnswer<MxRecord>[] answers = await Task.WhenAll(
            LargeReceivers.Domains.Select(domain => Resolver.MxAsync(domain, ct).AsTask())
        );
        string[] failures =
        [
            .. answers
                .OfType<DnsAnswer<MxRecord>.TemporaryFailure>()
                .Select(failure => failure.Reason)
                .Distinct(StringComparer.Ordinal),
        ];
        return new DnsHealth(
            answers.Count(answer => answer is not DnsAnswer<MxRecord>.TemporaryFailure),
            answers.Count(answer => answer is DnsAnswer<MxRecord>.NxDomain),
            failures
        );
    }

    private async Task<Talk?> CallRelayAsync(CancellationToken ct)
    {
        if (Subject.KnownRelay is not { } relay)
            return null;
        (IReadOnlyList<IPAddress> found, _) = await _addresses.OfAsync(relay.Server, ct);
        return found.Count == 0
            ? null
            : await _caller.CallAsync(relay.Server, new IPEndPoint(found[0], relay.Port), ct, relay.ImplicitTls);
    }

    private async Task<IReadOnlyList<OwnAddress>> FindOwnAsync()
    {
        if (Subject.Address is { } said)
            return [new OwnAddress(said, "you")];
        List<Talk> talks = [];
        if (await RelayTalkAsync() is { } relay)
            talks.Add(relay);
        talks.AddRange((await ReachAsync(AddressFamily.InterNetwork)).Talks);
        talks.AddRange((await ReachAsync(AddressFamily.InterNetworkV6)).Talks);
        IReadOnlyList<OwnAddress> told = OwnAddress.In(talks, Subject.Effective.Packetboat.AllowPrivateTargets);
        // Asked for nothing else than that, it tells what others only mention.
        return Subject.Seen is { } seen
            ?
            [
                new OwnAddress(seen.Address, seen.Witness),
                .. told.Where(own => own.Address.AddressFamily != seen.Address.AddressFamily),
            ]
            : told;
    }

    private async Task<IReadOnlyList<IPAddress>> FindLeavingAsync(CancellationToken ct)
    {
        // The operator knows by which address a relay sends; its name may lead to where it takes mail alone.
        if (Subject.Effective.Packetboat.SendingAddresses is { Count: > 0 } said)
            return said;
        if (await SeenRelayAsync() is { } relay)
            return (await _addresses.OfAsync(relay.Server, ct)).Addresses;
        if ((await WhyNotOwnAsync()).Length > 0)
            return [];
        return [.. (await OwnAsync()).Select(own => own.Address)];
    }

    private async Task<SpfVerdict?> AskSpfAsync(CancellationToken ct)
    {
        if (Subject.Domain is not { } domain)
            return null;
        IReadOnlyList<IPAddress> leaving = await LeavingFromAsync();
        var checks = new MailChecks(Resolver, Time, Subject.HostName);
        SpfVerdict[] verdicts = await Task.WhenAll(
            leaving.Select(address =>
                checks.SpfAsync(new SpfQuestion(address, $"postmaster@{domain}", Subject.HostName), ct).AsTask()
            )
        );
        // Through a relay one that passes will do: by which of its addresses it sends is its own affair.
        bool isByRelay = await SeenRelayAsync() is not null;
        return verdicts.OrderBy(verdict => verdict.Result == SpfResult.Pass != isByRelay).FirstOrDefault();
    }

    private async Task<Reach> CallProvidersAsync(AddressFamily family, CancellationToken ct)
    {
        Talk[] talks = await Task.WhenAll(LargeReceivers.Domains.Select(domain => CallProviderAsync(domain, family, ct)));
        bool hasWay = talks.Any(talk => talk.IsConnected || (talk.Address is { } to && Caller.SourceTowards(to) is not null));
        return new Reach(
            family,
            hasWay,
            [.. talks.Where(talk => talk.Address is not null)],
            [.. talks.Where(talk => talk.Address is null).Select(talk => $"{talk.Host}: {talk.Failure}")]
        );
    }

    /// <summary>One host of theirs, at one address: a provider whose best host is down has others, and three more are asked.</summary>
    private async Task<Talk> CallProviderAsync(string domain, AddressFamily family, CancellationToken ct)
    {
        MailHosts hosts = MxHosts.Of(domain, await Resolver.MxAsync(domain, ct), _ => false, Random.Shared);
        if (hosts is not MailHosts.Found { Names: [var host, ..] })
            return new Talk(domain, null, (hosts as MailHosts.Unknown)?.Reason ?? "it has no mail server");
        (IReadOnlyList<IPAddress> found, string failure) = await _addresses.OfAsync(host, ct);
        IReadOnlyList<MailTarget> targets = MxHosts.Targets(
            found.Where(address => address.AddressFamily == family).Select(address => new MailTarget(host, address)),
            publicOnly: !Subject.Effective.Packetboat.AllowPrivateTargets
        );
        if (targets.Count == 0)
            return new Talk(domain, null, failure.Length > 0 ? failure : $"{host} has no such address");
        var target = new IPEndPoint(targets[0].Address, Subject.Effective.Packetboat.DirectPort);
        return await _caller.CallAsync(host, target, ct);
    }
}
