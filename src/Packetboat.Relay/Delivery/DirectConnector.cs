using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Shaping;
using Packetboat.Relay.TlsReports;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// To the servers of the recipient's domain, RFC 5321 §5.1: the hosts of its MX records in order of preference, each with all its
/// addresses, until one takes us; those that did not take us lately come last. Where nobody demands more, TLS where it is offered, whoever's certificate it is: it keeps listeners out,
/// and its failure must not keep mail in. Where DANE or MTA-STS demands it, TLS as they demand it or nothing.
/// </summary>
internal sealed class DirectConnector(
    Dialer dialer,
    IResolver resolver,
    HostAddresses addresses,
    Func<Settings> settings,
    Shaper shaper,
    TransportPolicies policies,
    TlsMemory memory,
    TimeProvider time,
    X509ChainPolicy? authorities = null,
    TlsResults? results = null,
    AutoRouting? auto = null,
    Greeter? greeter = null,
    WarmUp? warmUp = null,
    StrangerClocks? clocks = null
) : IConnector
{
    private readonly Ipv6Standing _ipv6 = new(resolver, settings, time);
    private readonly RestingHosts _resting = new(time);

    public ValueTask<Connection> ConnectAsync(Route route, CancellationToken stopping) =>
        ConnectAsync(route, sender: null, stopping);

    public async ValueTask<Connection> ConnectAsync(Route route, MailAddress? sender, CancellationToken stopping)
    {
        var direct = (Route.Direct)route;
        string domain = direct.Domain;
        DnsAnswer<MxRecord> answer = await resolver.MxAsync(domain, stopping);
        return MxHosts.Of(domain, answer, IsOurs, Random.Shared) switch
        {
            MailHosts.Found found => await ConnectAsync(direct, sender, answer, found, stopping),
            MailHosts.NullMx => new Connection.Impossible(DeliveryReplies.NullMx(domain)),
            MailHosts.Loop => new Connection.Impossible(DeliveryReplies.Loop(domain)),
            MailHosts.NoSuchDomain => new Connection.Impossible(DeliveryReplies.NoSuchDomain(domain)),
            MailHosts.Unknown trouble => new Connection.Unreachable(
                DeliveryReplies.DnsTrouble(domain, trouble.Reason),
                false,
                ""
            ),
            _ => throw new InvalidOperationException("a new kind of mail hosts"),
        };
    }

    private async ValueTask<Connection> ConnectAsync(
        Route.Direct route,
        MailAddress? sender,
        DnsAnswer<MxRecord> mx,
        MailHosts.Found hosts,
        CancellationToken stopping
    )
    {
        string domain = route.Domain;
        MtaStsLookup sts = route.Tls == TlsWish.Optional ? NobodyAsked : await policies.MtaStsAsync(domain, stopping);
        Connection last = new Connection.Unreachable(DeliveryReplies.NoAddress(domain), false, "");
        Connection? passing = null; // what another time may mend
        int tried = 0;
        var unfit = new List<Call>(); // by IPv6, from an address that will be held against us
        var resting = new List<Call>();
        Call? called = null;
        foreach (string host in hosts.Names)
        {
            (IReadOnlyList<IPAddress> found, string failure) = await addresses.OfAsync(host, stopping);
            IReadOnlyList<MailTarget> targets = MxHosts.Targets(
                found.Select(address => new MailTarget(host, address)),
                publicOnly: !settings().Packetboat.AllowPrivateTargets
            );
            // Neither a mail server nor an address of its own: the domain takes no mail. RFC 5321 §5.1.
            if (hosts.AreImplicit && failure == HostAddresses.None)
                return new Connection.Impossible(DeliveryReplies.NoMailHost(domain));
            if (targets.Count == 0)
            {
                last = new Connection.Unreachable(Without(host, found.Count, failure), false, host);
                passing = Telling(passing, last);
                continue;
            }

            TlsDemand demand = await DemandAsync(route, mx, sts, hosts.AreImplicit, host, stopping);
            if (demand is TlsDemand.Forbidden { Reply: var reply, Result: var result })
            {
                last = NotSecure(reply, host);
                Note(route, demand, sts, result, targets[0], from: null);
                passing = Telling(passing, last);
                continue;
            }

            foreach (MailTarget target in targets)
            {
                var call = new Call(target, demand, route, sts);
                if (await WhyNotAsync(call, sender, stopping) is { Length: > 0 } why)
                {
                    unfit.Add(call with { Unfit = why });
                    continue;
                }

                if (_resting.Rests(target.Address))
                {
                    resting.Add(call);
                    continue;
                }

                if (++tried > MxHosts.MaxAddresses)
                    return passing ?? last;
                last = await ConnectAsync(called = call, stopping);
                if (last is Connection.Ready or Connection.Paced)
                    return WithWords(last, target, unfit);
                passing = Telling(passing, last);
            }
        }

        foreach (Call call in resting)
        {
            if (++tried > MxHosts.MaxAddresses)
                break;
            last = await ConnectAsync(called = call, stopping);
            if (last is Connection.Ready or Connection.Paced)
                return WithWords(last, call.Target, unfit);
            passing = Telling(passing, last);
        }

        // A machine without a way by IPv4 has none to choose.
        return unfit.Count == 0 || (called is not null && SourceOf(called) is not null)
            ? passing ?? last
            : await WithoutIpv4Async(unfit, stopping);
    }

    /// <summary>What a server says tells more than that another one is down: it may refuse us, and then mail goes around it.</summary>
    private static Connection? Telling(Connection? before, Connection last) =>
        (before, last) switch
        {
            (Connection.Unreachable { FromPeer: true }, Connection.Unreachable { FromPeer: false, IsOfPolicy: false }) => before,
            (_, Connection.Unreachable) => last,
            _ => before,
        };

    private async ValueTask<string> WhyNotAsync(Call call, MailAddress? sender, CancellationToken stopping) =>
        call.Target.Address.AddressFamily == AddressFamily.InterNetworkV6
            ? await _ipv6.WhyNotAsync(SourceOf(call), sender, stopping)
            : "";

    /// <summary>The trace says why the servers were not called as they would be.</summary>
    private Connection WithWords(Connection made, MailTarget target, List<Call> unfit) =>
        (made, target.Address.AddressFamily) switch
        {
            (Connection.Ready ready, AddressFamily.InterNetworkV6) => ready with { Suits = MaySendAsync(ready) },
            (Connection.Ready ready, _) when unfit.Count > 0 && Ipv6Standing.IsNews(unfit[0].Unfit) => ready with
            {
                Security = $"{ready.Security}, IPv4 because {unfit[0].Unfit}",
            },
            _ => made,
        };

    private Func<MailAddress?, CancellationToken, ValueTask<bool>> MaySendAsync(Connection.Ready ready) =>
        async (sender, ct) => (await _ipv6.WhyNotAsync(ready.From, sender, ct)).Length == 0;

    /// <summary>None of the servers can be had by IPv4: mail that may be refused is better than none.</summary>
    private async ValueTask<Connection> WithoutIpv4Async(List<Call> unfit, CancellationToken stopping)
    {
        Connection last = new Connection.Unreachable(DeliveryReplies.Ipv6Only(unfit[0].Target.Host), false, unfit[0].Target.Host);
        if (_ipv6.Mode == Ipv6Mode.Never)
            return last;
        foreach (Call call in unfit.Take(MxHosts.MaxAddresses))
        {
            last = await ConnectAsync(call, stopping);
            if (last is Connection.Ready ready)
                return Ipv6Standing.IsNews(call.Unfit)
                    ? ready with
                    {
                        Security = $"{ready.Security}, IPv6 for want of IPv4 although {call.Unfit}",
                    }
                    : ready;
            if (last is Connection.Paced)
                break;
        }

        return last;
    }

    /// <summary>Why the servers of a domain are not called by IPv6, which they have; empty: they are, or have none.</summary>
    public async ValueTask<string> WhyNoIpv6Async(
        Route.Direct route,
        MailAddress? sender,
        IEnumerable<string> hosts,
        CancellationToken ct
    )
    {
        foreach (string host in hosts.Take(1))
        foreach (IPAddress address in (await addresses.OfAsync(host, ct)).Addresses)
        {
            var call = new Call(new MailTarget(host, address), new TlsDemand.Opportunistic(), route, NobodyAsked);
            if (await WhyNotAsync(call, sender, ct) is { Length: > 0 } why)
                return why;
        }

        return "";
    }

    private async ValueTask<TlsDemand> DemandAsync(
        Route.Direct route,
        DnsAnswer<MxRecord> mx,
        MtaStsLookup sts,
        bool isOwnName,
        string host,
        CancellationToken stopping
    )
    {
        if (route.Tls == TlsWish.Optional)
            return new TlsDemand.Opportunistic();
        TlsDemand usual = await policies.DemandAsync(route.Domain, mx, sts.Policy, host, stopping);
        return route.Tls == TlsWish.Required ? TransportPolicies.Strict(mx, isOwnName, sts, usual, host) : usual;
    }

    private static Connection NotSecure(SmtpReply reply, string host) =>
        reply.IsPermanent ? new Connection.Impossible(reply) : new Connection.Unreachable(reply, false, host);

    private static SmtpReply Without(string host, int addresses, string failure) =>
        addresses > 0 ? DeliveryReplies.PrivateOnly(host) : DeliveryReplies.DnsTrouble(host, failure);

    private async ValueTask<Connection> ConnectAsync(Call call, CancellationToken stopping)
    {
        WarmUpRamp? ramp = warmUp?.For(call.Route, call.Target.Host, SourceOf(call));
        if (ramp?.Look() is { } tomorrow)
            return new Connection.Paced(tomorrow.Until, tomorrow.Reason);
        switch (await shaper.EnterAsync(call.Target.Host, stopping))
        {
            case Turn.Later later:
                return new Connection.Paced(later.Until, later.Reason);
            case Turn.Mine { Connection: var pace }:
                Connection made = await ConnectAsync(call, pace, stopping);
                if (made is Connection.Ready)
                    _resting.Answered(call.Target.Address);
                else if (made is Connection.Unreachable { IsOfPolicy: false })
                    _resting.Failed(call.Target.Address);
                return made is Connection.Ready ready ? ready with { WarmUp = ramp } : made;
            default:
                throw new InvalidOperationException("a new kind of turn");
        }
    }

    private async ValueTask<Connection> ConnectAsync(Call call, PacedConnection pace, CancellationToken stopping)
    {
        Connection result = new Connection.Unreachable(TlsFailed, false, "");
        try
        {
            result = await ConnectWithoutPaceAsync(call, stopping);
            if (result is Connection.Unreachable { } refused)
                shaper.Note(pace, new RemoteOutcome(refused.Reply, refused.FromPeer, refused.Host), isFresh: true);
            return result is Connection.Ready ready ? ready with { Pace = pace } : result;
        }
        finally
        {
            if (result is not Connection.Ready)
                pace.Dispose();
        }
    }

    private async ValueTask<Connection> ConnectWithoutPaceAsync(Call call, CancellationToken stopping)
    {
        Connection withTls = await ConnectAsync(call, mayTls: true, stopping);
        // A handshake that fails, or that the server ends by hanging up, would do so each time; without TLS the mail still arrives.
        // RFC 7435 §3. Where TLS is demanded it has failed in other words.
        return withTls is Connection.Unreachable { Reply: var reply } && reply == TlsFailed
            ? await ConnectAsync(call, mayTls: false, stopping)
            : withTls;
    }

    private async ValueTask<Connection> ConnectAsync(Call call, bool mayTls, CancellationToken stopping)
    {
        (MailTarget target, TlsDemand demand, Route.Direct route, MtaStsLookup sts, _) = call;
        int port = settings().Packetboat.DirectPort;
        string host = $"{target.Host} [{target.Address}]:{port}";
        (Socket? socket, string failure) = await dialer.DialAsync(
            new IPEndPoint(target.Address, port),
            stopping,
            RuleSource(route, target.Address)
        );
        if (socket is null)
        {
            if (failure != Dialer.WrongSource && IsSign(call))
                await NoteSilenceAsync(target.Host, route, stopping);
            return new Connection.Unreachable(DeliveryReplies.CannotConnect(failure), false, host);
        }

        auto?.Answered(target.Host);
        IPAddress? from = (socket.LocalEndPoint as IPEndPoint)?.Address;
        SmtpClientSession session = dialer.Session(new NetworkStream(socket, ownsSocket: true));
        var conversation = new DirectCall(
            session,
            target.Host,
            host,
            demand,
            route.Tls,
            new PeerTrust(demand, target.Host, authorities, time),
            clocks
        );
        Connection result;
        try
        {
            result = await conversation.OpenAsync(settings().Mail.HostName, mayTls, stopping);
        }
        catch (SmtpProtocolException broken)
        {
            result = conversation.Broken(broken);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }

        // The second call is the same session for whoever is told of it.
        if (mayTls && conversation.Result is { } tls)
            Note(route, demand, sts, tls, target, from);
        if (result is not Connection.Ready)
            await session.DisposeAsync();
        else if (session.Tls is not null)
            await memory.NoteAsync(target.Host);
        return result is Connection.Ready made ? made with { From = from } : result;
    }

    private static IPAddress? RuleSource(Route.Direct route, IPAddress target) =>
        target.AddressFamily == AddressFamily.InterNetworkV6 ? route.Rule?.Source6 : route.Rule?.Source4;

    private IPAddress? SourceOf(Call call) =>
        dialer.SourceFor(
            new IPEndPoint(call.Target.Address, settings().Packetboat.DirectPort),
            RuleSource(call.Route, call.Target.Address)
        );

    /// <summary>Reports go by a way of their own, so that none is about the last one.</summary>
    private void Note(Route.Direct route, TlsDemand demand, MtaStsLookup sts, string result, MailTarget target, IPAddress? from)
    {
        if (route.Tls == TlsWish.Optional)
            return;
        // That there was TLS all the same is no news to a domain whose policy cannot be had.
        if (result.Length == 0 && demand is not TlsDemand.Dane && sts.Policy is null)
            result = sts.Result;
        results?.Note(route.Domain, TlsPolicyText.Of(demand, sts), result, target.Host, target.Address, from);
    }

    /// <summary>
    /// Whether a call that failed says something of the port. A firewall may be silent, refuse in the host's name (RST), or answer for the net (ICMP).
    /// Where there is no way to the address at all it says nothing, and IPv6 counts where there is nothing else.
    /// </summary>
    private bool IsSign(Call call) =>
        SourceOf(call) is not null
        && (call.Target.Address.AddressFamily == AddressFamily.InterNetwork || dialer.SourceFor(SomeIpv4) is null);

    /// <summary>One host may be down. If several of different owners are, and the relay is not, it is the way out that is closed.</summary>
    private async ValueTask NoteSilenceAsync(string host, Route.Direct route, CancellationToken stopping)
    {
        if (auto is null || greeter is null || !auto.NoteSilence(host, route.MayMove))
            return;
        // Three dead hosts, and one that is known to live, are not.
        if (await WhoAnswersAsync(stopping) is { } other)
            auto.Answered(other);
        else if (!route.MayMove)
            auto.Suspect();
        else if (await greeter.AnswersAsync(RelaysOf(route), stopping))
            auto.Block();
    }

    /// <summary>The server that answered last, or one of those that are never all down; null: nobody.</summary>
    private async ValueTask<string?> WhoAnswersAsync(CancellationToken stopping)
    {
        if (auto!.LastAnswer is { } known && await greeter!.AnswersAsync(known, stopping))
            return known;
        string?[] large = await Task.WhenAll(LargeReceivers.Domains.Select(domain => LargeAsync(domain, stopping)));
        return Array.Find(large, host => host is not null);
    }

    private async Task<string?> LargeAsync(string domain, CancellationToken stopping) =>
        MxHosts.Of(domain, await resolver.MxAsync(domain, stopping), IsOurs, Random.Shared)
            is MailHosts.Found { Names: [var first, ..] }
        && await greeter!.AnswersAsync(first, stopping)
            ? first
            : null;

    private IEnumerable<RelaySettings> RelaysOf(Route.Direct route) =>
        (route.Rule?.Backups ?? settings().Backups).Prepend(route.Alternative!.Settings);

    private bool IsOurs(string host) => string.Equals(host, settings().Mail.HostName, StringComparison.OrdinalIgnoreCase);

    private static readonly IPEndPoint SomeIpv4 = new(new IPAddress([192, 0, 2, 1]), 25);

    private static readonly MtaStsLookup NobodyAsked = new(null, "the sender wants none");

    private static readonly SmtpReply TlsFailed = DeliveryReplies.Broken("the TLS handshake failed");

    /// <param name="Target">Whom to call.</param>
    /// <param name="Demand">What TLS must be there.</param>
    /// <param name="Route">By which way.</param>
    /// <param name="Sts">What is known of the domain's policy.</param>
    /// <param name="Unfit">Why not by IPv6; empty: it may be, or it is IPv4.</param>
    private sealed record Call(MailTarget Target, TlsDemand Demand, Route.Direct Route, MtaStsLookup Sts, string Unfit = "");

    /// <summary>One call to one address, for whoever has to say what went wrong.</summary>
    private sealed class DirectCall(
        SmtpClientSession session,
        string name,
        string host,
        TlsDemand demand,
        TlsWish wish,
        PeerTrust trust,
        StrangerClocks? clocks
    )
    {
        /// <summary>How it came by TLS, as RFC 8460 §4.3 names it; empty: it did; null: it did not come so far.</summary>
        public string? Result { get; private set; }

        public async ValueTask<Connection> OpenAsync(string ourName, bool mayTls, CancellationToken stopping)
        {
            SmtpOutcome greeting = await session.GreetAsync(stopping);
            if (!greeting.IsAccepted)
                return InClear(greeting.Reply);
            if (clocks is not null && GreetingTime.In(greeting.Reply.Text) is { } theirs)
                await clocks.HearAsync(name, theirs, stopping);
            SmtpOutcome hello = await session.HelloAsync(ourName, extensionsNeeded: false, stopping);
            if (!hello.IsAccepted)
                return InClear(hello.Reply);
            if (mayTls)
            {
                Connection? failed = await StartTlsAsync(stopping);
                Result = session.Tls is null ? "starttls-not-supported" : FaultUnderTls();
                if (failed is not null)
                    return failed;
            }

            bool mayRequireTls = session.Tls is not null && demand.IsVerified && session.Extensions.RequireTls;
            if (wish == TlsWish.Required && !mayRequireTls)
                return new Connection.Impossible(DeliveryReplies.NoRequireTls(name));
            return new Connection.Ready(session, host, trust.Words(session.Tls)) { MayRequireTls = mayRequireTls };
        }

        /// <summary>What a policy on trial would have said, and records of which none can be used, are told too. RFC 8460 §4.3.2.</summary>
        private string FaultUnderTls() =>
            (trust.Fault, demand) switch
            {
                ("", TlsDemand.Tested { IsNamed: false }) => "validation-failure",
                ("", TlsDemand.Dane { Records.Count: 0 }) => "tlsa-invalid",
                var (fault, _) => fault,
            };

        public Connection Broken(SmtpProtocolException broken)
        {
            if (session.Tls is not null)
                Result = trust.Fault.Length > 0 ? trust.Fault : "validation-failure";
            return Failed(broken);
        }

        private Connection Failed(SmtpProtocolException broken) =>
            (session.Tls is null, demand.IsFirm, demand.IsVerified && trust.Doubt.Length > 0) switch
            {
                (true, _, _) => Unreachable(DeliveryReplies.Broken(broken.Message)),
                (_, false, _) => Unreachable(TlsFailed),
                (_, _, true) => Insecure(DeliveryReplies.TlsDoubt(name, demand.Source, trust.Doubt), trust.Doubt),
                _ => Unmet(DeliveryReplies.TlsBroken(name, demand.Source, broken.Message)),
            };

        /// <summary>Null: it is as demanded, or nobody demands it.</summary>
        private async ValueTask<Connection?> StartTlsAsync(CancellationToken stopping)
        {
            if (!session.Extensions.StartTls)
                return demand.IsFirm ? Insecure(DeliveryReplies.NoTls(name, demand.Source), "it offers no TLS") : null;
            SmtpOutcome started = await session.StartTlsAsync(trust.Options(), stopping);
            if (started.IsAccepted)
                return null;
            // A refusal leaves the connection as it was; a 421, or a refused EHLO under TLS, leaves none.
            if (session.Tls is not null)
                return new Connection.Unreachable(started.Reply, true, host);
            if (!session.IsUsable)
                return InClear(started.Reply);
            return demand.IsFirm ? Unmet(DeliveryReplies.TlsRefused(name, demand.Source, started.Reply)) : null;
        }

        private Connection.Unreachable InClear(SmtpReply reply) => new(reply, true, host) { IsForgeable = demand.IsFirm };

        private Connection.Unreachable Unreachable(SmtpReply reply) => new(reply, false, host);

        private Connection.Unreachable Unmet(SmtpReply reply) => Unreachable(reply) with { IsOfPolicy = true };

        /// <summary>A domain's demand may be met another time. Mail whose sender demands it goes back at once. RFC 8689 §4.2.1.</summary>
        private Connection Insecure(SmtpReply reply, string reason) =>
            wish == TlsWish.Required ? new Connection.Impossible(DeliveryReplies.NotSecure(name, reason)) : Unmet(reply);
    }
}
