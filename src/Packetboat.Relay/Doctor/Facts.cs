using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Doctor;

/// <summary>What several checks want to know. Each is found out once, when the first asks.</summary>
internal sealed class Facts
{
    private readonly HostAddresses _addresses;
    private readonly Caller _caller;
    private readonly Lazy<Task<DnsHealth>> _dns;
    private readonly Lazy<Task<Reach>> _reach4;
    private readonly Lazy<Task<Reach>> _reach6;
    private readonly Lazy<Task<RelayContact?>> _relay;

    /// <param name="subject">Of whom.</param>
    /// <param name="resolver">Asks the DNS.</param>
    /// <param name="time">The clock.</param>
    /// <param name="over">The examination ends.</param>
    public Facts(Subject subject, IResolver resolver, TimeProvider time, CancellationToken over)
    {
        (Subject, Resolver, Time) = (subject, resolver, time);
        Settings effective = subject.Effective;
        DialSettings dialing = DialSettingsOf(effective);
        var dialer = new Dialer(() => dialing, time);
        _addresses = new HostAddresses(resolver, () => effective.Mail.DnsServer is not null);
        _caller = new Caller(dialer, () => subject.HostName);
        var signIn = new RelaySignIn(new RelayConnector(dialer, _addresses, () => effective));
        _dns = new(() => AskAsync(over));
        _reach4 = new(() => CallProvidersAsync(AddressFamily.InterNetwork, over));
        _reach6 = new(() => CallProvidersAsync(AddressFamily.InterNetworkV6, over));
        _relay = new(() => SignInAsync(signIn, over));
    }

    /// <summary>How long a connection may take: who has not answered by then does not, or is of no use to anybody.</summary>
    public static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(8);

    public Subject Subject { get; }

    public IResolver Resolver { get; }

    public TimeProvider Time { get; }

    public Task<DnsHealth> DnsAsync() => _dns.Value;

    public Task<Reach> ReachAsync(AddressFamily family) => (family == AddressFamily.InterNetwork ? _reach4 : _reach6).Value;

    /// <summary>Null: no relay is written down.</summary>
    public Task<RelayContact?> RelayAsync() => _relay.Value;

    /// <summary>Mail goes to a relay, and that takes it.</summary>
    public async Task<bool> RelayCarriesAsync() => Subject.UsedRelay is not null && await RelayAsync() is { Works: true };

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
            Providers.Domains.Select(domain => Resolver.MxAsync(domain, ct).AsTask())
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

    private async Task<RelayContact?> SignInAsync(RelaySignIn signIn, CancellationToken ct) =>
        Subject.KnownRelay is { } relay ? await signIn.TryAsync(relay, ct) : null;

    private async Task<Reach> CallProvidersAsync(AddressFamily family, CancellationToken ct)
    {
        Talk[] talks = await Task.WhenAll(Providers.Domains.Select(domain => CallProviderAsync(domain, family, ct)));
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
