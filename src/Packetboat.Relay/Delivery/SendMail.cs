using System.Net;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Shaping;
using Packetboat.Relay.Signing;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.TlsReports;
using Packetboat.Relay.Tokens;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Delivery;

/// <summary>The SendMail service put together: the scheduler with what it needs to deliver, and the questions about it.</summary>
public sealed class SendMail : IDisposable
{
    private readonly Router _router;
    private readonly IResolver _resolver;
    private readonly Func<Settings> _settings;
    private readonly Settlement _settlement;
    private readonly PolicyFetcher _fetcher;
    private readonly TransportPolicies _policies;
    private readonly AutoRouting _auto;
    private readonly TlsMemory _memory;
    private readonly WarmUp _warmUp;
    private readonly DirectConnector _direct;

    public SendMail(
        IQueueStore store,
        IMtaStsStore policies,
        IMoveStore moves,
        ITlsMemoryStore habits,
        IWarmUpStore warmUps,
        IResolver resolver,
        Func<Settings> settings,
        MailLog log,
        TimeProvider time,
        bool delivers = true,
        IStopList? stops = null,
        MessageSigner? signer = null,
        Func<string, int, DateTimeOffset, ValueTask>? hardBounced = null,
        Func<MailAddress, MailAddress>? originalSender = null,
        TokenKeeper? tokens = null,
        ITlsResultStore? tlsResults = null,
        ClockComparison? clock = null
    )
    {
        (_resolver, _settings) = (resolver, settings);
        _auto = new AutoRouting(moves, store, settings, log, time);
        _router = new Router(settings, resolver, time, _auto);
        var scheduling = new DerivedSettings<SchedulerSettings>(settings, now => SchedulerSettingsOf(now, delivers));
        var addresses = new HostAddresses(resolver, () => settings().Mail.DnsServer is not null);
        var dialer = new Dialer(() => DialSettingsOf(settings()), time);
        StrangerClocks? clocks = clock is null ? null : new StrangerClocks(clock, time);
        _fetcher = new PolicyFetcher(dialer, addresses, () => settings().Packetboat.AllowPrivateTargets, time, clocks: clocks);
        _memory = new TlsMemory(habits, settings, time);
        _policies = new TransportPolicies(resolver, new MtaStsPolicies(resolver, _fetcher, policies, time), _memory, settings);
        var shaper = new Shaper(() => settings().Replies, time);
        _warmUp = new WarmUp(warmUps, shaper, settings, log, time, _auto);
        var greeter = new Greeter(dialer, addresses, settings);
        var relay = new RelayConnector(dialer, addresses, settings, tokens, clock);
        TlsResults? results = tlsResults is null
            ? null
            : new TlsResults(tlsResults, () => settings().Packetboat.TlsReports, time);
        DirectConnector direct = _direct = new DirectConnector(
            dialer,
            resolver,
            addresses,
            settings,
            shaper,
            _policies,
            _memory,
            time,
            results: results,
            auto: _auto,
            greeter: greeter,
            warmUp: _warmUp,
            clocks: clocks
        );
        var nowhere = new NoConnector();
        IConnector connectorOf(Route route) =>
            route switch
            {
                Route.Relay => relay,
                Route.Never => nowhere,
                _ => direct,
            };
        Settlement? settlement = null;
        Reporter reporterOf(IScheduler scheduler) =>
            new(
                store,
                scheduler,
                () => settings().Mail.HostName,
                () => settings().Packetboat.ReportLanguage,
                time,
                signer,
                originalSender
            );
        Scheduler = new DeliveryScheduler(
            store,
            _router,
            route => new Courier(route, connectorOf(route), store, time, stops, shaper, () => settings().Replies),
            scheduler =>
                settlement = new Settlement(
                    store,
                    reporterOf(scheduler),
                    () => scheduling.Current.Limits,
                    () => settings().Replies,
                    log,
                    time,
                    hardBounced,
                    _auto,
                    _router
                ),
            () => scheduling.Current,
            log,
            time,
            stops
        );
        _settlement = settlement!;
        _router.PassedOver = Scheduler.PassedOver;
        _auto.Changed += Scheduler.RoutesChanged;
        DirectProbe = new DirectProbe(
            _auto,
            () => _router.HasDetours,
            () => _router.LeavesDirectly,
            greeter,
            resolver,
            log,
            time
        );

        if (results is not null)
            TlsReporter = new TlsReporter(
                results,
                tlsResults!,
                resolver,
                new MessageSpool(store, Scheduler, [], time),
                signer,
                new ReportPost(dialer, addresses, () => settings().Packetboat.AllowPrivateTargets, time),
                settings,
                log,
                time
            );
        DelayNotices = new DelayNotices(
            store,
            reporterOf(Scheduler),
            () => DelaySettingsOf(settings().Packetboat),
            () => settings().Replies,
            log,
            time
        );
    }

    public DeliveryScheduler Scheduler { get; }

    /// <summary>Tells senders of mail that waits. Runs beside the scheduler.</summary>
    public DelayNotices DelayNotices { get; }

    /// <summary>Tells domains how sessions with them came by TLS; null: nothing is counted.</summary>
    public TlsReporter? TlsReporter { get; }

    /// <summary>Looks whether port 25 is open again. Runs beside the scheduler.</summary>
    public DirectProbe DirectProbe { get; }

    /// <summary>What remote replies mean.</summary>
    public ReplyTable Replies => _settings().Replies;

    public void Dispose()
    {
        Scheduler.Dispose();
        DelayNotices.Dispose();
        TlsReporter?.Dispose();
        DirectProbe.Dispose();
        _fetcher.Dispose();
    }

    /// <summary>How mail leaves, in a few words.</summary>
    public string Describe()
    {
        Settings now = _settings();
        if (now.Mail.Options.HasFlag(MailOptions.NO_SENDMAIL))
            return "nowhere: NO_SENDMAIL is set, it waits";
        RouteRule? all = now.RuleOfAll;
        int others = now.Routes.Count - (all is null ? 0 : 1);
        string rules = others switch
        {
            0 => "",
            1 => $", by {(all is null ? "a" : "another")} rule some of it otherwise",
            _ => $", by {others} rules some of it otherwise",
        };
        string says = all is null ? "" : $", as [{RouteKeys.Prefix}{all.Name}] says";
        string behind = string.Concat(now.UsualBackups.Select(relay => $", else {relay.Server}:{relay.Port}"));
        string usually =
            all is { Action: RouteAction.Never } ? "nowhere"
            : now.UsualRelay is { } relay
                ? $"through {relay.Server}:{relay.Port}{(relay.Username.Length == 0 ? "" : $" as {relay.Username}")}{behind}"
            : now.UsualDetour is { } detour
                ? $"directly to each domain's servers, what those refuse because of us through {detour.Server}:{detour.Port}{behind}"
            : "directly to each domain's servers";
        return usually + says + rules;
    }

    /// <summary>The name of the rule that lets such mail not leave; null: it may. Whoever takes mail asks before he does.</summary>
    public string? RuleThatKeepsIn(MailAddress? sender, string? account, MailAddress recipient) =>
        _router.RuleThatKeepsIn(sender, account, recipient);

    /// <summary>Nobody can be reached directly, and no relay is there to go to.</summary>
    public bool IsShutOut => _auto.Suspicion is not null;

    /// <summary>What leaves by a relay at present because it cannot leave directly, all mail first.</summary>
    public IReadOnlyList<MovedMail> Moves() =>
        !_router.HasDetours
            ? []
            :
            [
                .. _auto
                    .State.Moves.Values.OrderBy(move => !move.IsEverything)
                    .ThenBy(move => move.Since)
                    .Select(move => new MovedMail(
                        move.IsEverything ? "all mail" : move.What,
                        move.Reason,
                        move.Since,
                        move.Probe
                    )),
            ];

    /// <summary>What has lately been moved to a relay and back, the newest first.</summary>
    public IReadOnlyList<RouteChange> RouteChanges() => _auto.Changes;

    /// <summary>Servers whose mail waits when they offer no TLS, the most recent first.</summary>
    public IReadOnlyList<TlsHabit> ListTls(int limit) => _memory.List(limit);

    /// <summary>Lets a server be a stranger again.</summary>
    /// <returns>Something was known of it.</returns>
    public Task<bool> ForgetTlsAsync(string host, CancellationToken ct) => _memory.ForgetAsync(host, ct);

    /// <summary>How far providers have come to know our addresses, the most recent first.</summary>
    public IReadOnlyList<WarmUpRow> ListWarmUps(int limit) =>
        [
            .. _warmUp
                .List(limit)
                .Select(row => new WarmUpRow(row.Day.Address, row.Name, row.Day.Day, row.Day.Used, row.Allowance)),
        ];

    /// <summary>Lets an address of ours be new to everybody again.</summary>
    /// <returns>Something was known of it.</returns>
    public Task<bool> ForgetWarmUpsAsync(string address, CancellationToken ct) => _warmUp.ForgetAsync(address, ct);

    /// <summary>How mail would leave, by the code that sends it.</summary>
    public async Task<Explanation> ExplainAsync(MailAddress? sender, string? account, MailAddress recipient, CancellationToken ct)
    {
        RouteDecision decision = await _router.DecideAsync(sender, account, recipient, ct);
        Route route = decision.Route;
        string trouble = Scheduler.Troubles().FirstOrDefault(t => t.Route == route.Name)?.Reason ?? "";
        return route switch
        {
            Route.Relay relay => new Explanation(
                recipient.ToString(),
                route.Name,
                decision.Because,
                SecurityOf(relay),
                [$"{relay.Settings.Server}:{relay.Settings.Port}"],
                trouble,
                decision.Otherwise
            ),
            Route.Never => new Explanation(
                recipient.ToString(),
                route.Name,
                decision.Because,
                "it goes back to its sender",
                [],
                trouble,
                decision.Otherwise
            ),
            _ => await ExplainDirectAsync(sender, recipient, decision, trouble, ct),
        };
    }

    /// <summary>Returns some recipients of a queued message to its sender.</summary>
    public ValueTask BounceAsync(MessageStory story, IReadOnlyCollection<int> recipients, string why, CancellationToken ct)
    {
        QueuedRecipient[] to =
        [
            .. story
                .Recipients.Where(entry => recipients.Contains(entry.RecipientNumber))
                .Select(entry => new QueuedRecipient(
                    entry.RecipientNumber,
                    MailAddress.Parse(entry.Recipient),
                    Protocol.Smtp.RecipientNotice.None,
                    entry.Attempts
                )),
        ];
        return _settlement.BounceAsync(new DeliveryItem(story.Message, to, "", Content: null), why, ct);
    }

    private async Task<Explanation> ExplainDirectAsync(
        MailAddress? sender,
        MailAddress recipient,
        RouteDecision decision,
        string trouble,
        CancellationToken ct
    )
    {
        string domain = recipient.AsciiDomain;
        DnsAnswer<MxRecord> answer = await _resolver.MxAsync(domain, ct);
        bool isOurs(string host) => string.Equals(host, _settings().Mail.HostName, StringComparison.OrdinalIgnoreCase);
        int port = _settings().Packetboat.DirectPort;
        (IReadOnlyList<string> hosts, string rule) = MxHosts.Of(domain, answer, isOurs, Random.Shared) switch
        {
            MailHosts.Found { AreImplicit: true } found => (
                found.Names,
                $"{domain} has no MX record: mail goes to its own address"
            ),
            MailHosts.Found found => (found.Names, $"the MX records of {domain}, in order of preference"),
            MailHosts.NullMx => ([], $"{domain} says that it takes no mail (Null MX): it bounces"),
            MailHosts.Loop => ([], $"the MX record of {domain} points to this host, which does not know the domain: it bounces"),
            MailHosts.NoSuchDomain => ([], $"{domain} does not exist: it bounces"),
            MailHosts.Unknown unknown => ([], $"{domain} cannot be looked up ({unknown.Reason}): it waits"),
            _ => ((IReadOnlyList<string>)[], ""),
        };
        string noIpv6 = await _direct.WhyNoIpv6Async((Route.Direct)decision.Route, sender, hosts, ct);
        string by = noIpv6.Length == 0 ? "" : $"; not by IPv6: {noIpv6}";
        return new Explanation(
            recipient.ToString(),
            decision.Route.Name,
            $"{decision.Because}; {rule}{by}",
            await _policies.DescribeAsync(domain, answer, hosts, ct),
            [.. hosts.Select(host => $"{host}:{port}")],
            trouble,
            [.. hosts.Take(1).SelectMany(host => _warmUp.Describe(host, (Route.Direct)decision.Route)), .. decision.Otherwise]
        );
    }

    private string SecurityOf(Route.Relay way)
    {
        RelaySettings relay = way.Settings;
        bool mustVerify = RelayConnector.MustVerify(way, _settings());
        string tls =
            relay.ImplicitTls ? "TLS from the first octet"
            : mustVerify ? "STARTTLS required"
            : "STARTTLS where it is offered";
        string check = mustVerify ? ", certificate verified" : "";
        string shown = relay.Certificate is { } certificate ? $", shown {Path.GetFileName(certificate.File)}" : "";
        string signIn =
            relay.Mechanism == RelayMechanism.None ? ", no sign-in"
            : relay.Username.Length == 0 ? $", AUTH {Word(relay.Mechanism)}"
            : $", AUTH {Word(relay.Mechanism)} as {relay.Username}";
        return tls + check + shown + signIn;
    }

    private static string Word(RelayMechanism mechanism) =>
        mechanism switch
        {
            RelayMechanism.CramMd5 => "CRAM-MD5",
            RelayMechanism.ScramSha256 => "SCRAM-SHA-256",
            RelayMechanism.Strongest => "with the strongest mechanism offered",
            RelayMechanism.Token => "OAUTHBEARER or XOAUTH2",
            _ => mechanism.ToString().ToUpperInvariant(),
        };

    internal static DialSettings DialSettingsOf(Settings now) =>
        new DialSettings(
            now.Mail.ConnectTimeout > TimeSpan.Zero ? now.Mail.ConnectTimeout : TimeSpan.FromMinutes(2),
            Specific(now.Mail.OutboundInterface),
            Specific(now.Mail.OutboundV6Interface)
        ).With(now.Mail.MaxInactivity);

    private static IPAddress? Specific(IPAddress? address) =>
        address is null || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? null : address;

    private static DelaySettings DelaySettingsOf(PacketboatSettings now) =>
        new(now.DelayNotice, now.DelayNoticeRepeat, now.MaxAge);

    private static SchedulerSettings SchedulerSettingsOf(Settings now, bool delivers) =>
        new(
            new RetryLimits(
                now.Packetboat.RetryFirst,
                now.Mail.RescanFrequency,
                now.Mail.MaxDeliveryAttempts,
                now.Packetboat.MaxAge
            ),
            now.Packetboat.QueueMemory,
            now.Packetboat.RelayConnections,
            now.Packetboat.DestinationConnections,
            delivers && !now.Mail.Options.HasFlag(MailOptions.NO_SENDMAIL),
            now.Packetboat.TraceRetention
        );
}
