using System.Globalization;
using System.Net;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Signing;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.Tests.Hub;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.SmtpServer;

/// <summary>A server with everything real in it but the disk, the clock and the network, and one client that can connect to it.</summary>
internal sealed class SmtpScene : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("packetboat-");
    private readonly List<IPNetwork> _clearNetworks = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ListLogger<MailLog> _log = new();
    private readonly List<string> _secrets = [];

    public SmtpScene() => Attempts = new SignInAttempts(Hub.Clock, TimeSpan.FromSeconds(1), 5, TimeSpan.FromMinutes(10), 3);

    public TestHub Hub { get; } = new();

    public MemorySpool Spool { get; } = new();

    public SignInAttempts Attempts { get; set; }

    public ListenerKind Listener { get; set; } = ListenerKind.Transfer;

    public IPAddress Client { get; set; } = IPAddress.Parse("192.0.2.10");

    public ConnectionLimits Limits { get; set; } = new(0, 0);

    public SmtpServerSettings Settings { get; set; } =
        new(
            "hub.example",
            MaxMessageSize: 100_000,
            MaxRecipients: 100,
            Inactivity: TimeSpan.FromSeconds(120),
            MaxHops: 30,
            AllowRelay: false,
            MayAuthInClear: _ => false,
            FailedSignInPause: TimeSpan.FromSeconds(5)
        );

    /// <summary>The name and password of the account that was added first.</summary>
    public (string Name, string Password) FirstAccount { get; private set; }

    /// <summary>Of every account.</summary>
    public AccountLimits SendLimits { get; set; } = AccountLimits.None;

    /// <summary>What is done with mail that will not arrive; null: nobody looks.</summary>
    public ArrivalPolicy? Arrival { get; set; }

    public ZoneResolver Dns { get; } = new();

    /// <summary>Of routes.</summary>
    public List<RouteRule> Rules { get; } = [];

    public IReadOnlyList<string> Log => _log.Lines;

    public IReadOnlyList<string> Secrets => _secrets;

    public SmtpConnections Open()
    {
        var rewriter = new SenderRewriter(Hub.Box, ArrivalSettings, Hub.Clock);
        return new(
            () => Settings with { MayAuthInClear = IsClearAllowed },
            () => Limits,
            new TestCertificate(),
            Policy(),
            Spool,
            Hub.Authenticator,
            Attempts,
            new MailLog(_log),
            Hub.Clock,
            new SendingUsage(new NoUsage(), () => SendLimits, Hub.Clock),
            complaints: null,
            Arrival is null ? null : GateOf(rewriter),
            new RewrittenSenders(rewriter, Hub.Clock)
        );
    }

    private ArrivalGate GateOf(SenderRewriter rewriter)
    {
        var check = new ArrivalCheck(Dns, new SendingAddresses(Dns, ArrivalSettings), new NoKeys(), ArrivalSettings, Hub.Clock);
        var log = new MailLog(_log);
        var local = new LocalSubmission(Spool, () => Settings, log, Hub.Clock);
        var store = new NoArrival();
        return new ArrivalGate(
            check,
            store,
            rewriter,
            new ArrivalNotices(store, local, ArrivalSettings, () => "en", log, Hub.Clock),
            ArrivalSettings
        );
    }

    private ArrivalSettings ArrivalSettings() =>
        new(
            "hub.example",
            Arrival ?? ArrivalPolicy.Warn,
            [],
            TimeSpan.FromSeconds(3),
            false,
            "hub.example",
            TimeSpan.FromDays(21)
        );

    public async Task ServeAsync(SmtpConnections connections, MemoryConnection connection)
    {
        await connections.ServeAsync(connection.Server, Listener, _stopping.Token);
        await connection.HangUpAsync();
    }

    public void Stop() => _stopping.Cancel();

    public async Task AddAccountAsync(string name, string password, bool reversible)
    {
        if (FirstAccount.Name is null)
            FirstAccount = (name, password);
        _secrets.Add(password);
        await Hub.AddAsync(QwkId.Parse(name), password, reversible);
    }

    /// <param name="name">Null: all relaying.</param>
    /// <param name="reason">What the node reads.</param>
    /// <param name="answer">What it is told to do.</param>
    /// <param name="lasts">Null: until resumed.</param>
    public async Task SuspendAsync(
        string? name,
        string reason,
        SuspendedAnswer answer = SuspendedAnswer.Defer,
        TimeSpan? lasts = null
    )
    {
        DateTimeOffset now = Hub.Clock.GetUtcNow();
        var suspension = new Suspension(reason, now, now + lasts, QueuedMail.Hold, answer);
        if (name is null)
            await Hub.Store.SetRelayingSuspensionAsync(suspension, CancellationToken.None);
        else
            await Hub.Store.SetSuspensionAsync(QwkId.Parse(name), suspension, CancellationToken.None);
    }

    /// <summary>Instead of any address: these domains, with those below where a <c>*.</c> stands in front; <c>?</c>: not proven yet.</summary>
    public async Task SetSendersAsync(string name, IEnumerable<string> domains)
    {
        var id = QwkId.Parse(name);
        await Hub.Store.RemoveDomainAsync(id, AccountDomain.Any, CancellationToken.None);
        foreach (string domain in domains)
        {
            bool isPending = domain[0] == '?';
            string bare = domain.TrimStart('?');
            bool below = bare.StartsWith("*.", StringComparison.Ordinal);
            await Hub.Store.SetDomainAsync(
                new AccountDomain(
                    id,
                    below ? bare[2..] : bare,
                    below,
                    isPending ? "0123456789abcdef" : null,
                    Hub.Clock.GetUtcNow()
                ),
                CancellationToken.None
            );
        }
    }

    public async Task ResumeAsync(string? name)
    {
        if (name is null)
            await Hub.Store.SetRelayingSuspensionAsync(null, CancellationToken.None);
        else
            await Hub.Store.ResumeAsync(QwkId.Parse(name), null, CancellationToken.None);
    }

    public void AllowInClear(string network) => _clearNetworks.Add(IPNetwork.Parse(network));

    /// <summary>Adds a line to <c>relay.cfg</c> or <c>alias.cfg</c>.</summary>
    public void AddLine(string file, string line) => File.AppendAllText(InFolder(file), line + "\n");

    /// <summary>One setting by the name that the ini gives it.</summary>
    public void Set(string name, string value) =>
        Settings = name switch
        {
            "MaxMsgSize" => Settings with { MaxMessageSize = Number(value) },
            "MaxRecipients" => Settings with { MaxRecipients = (int)Number(value) },
            "MaxInactivity" => Settings with { Inactivity = Span(value) },
            "MaxHops" => Settings with { MaxHops = (int)Number(value) },
            "ALLOW_RELAY" => Settings with { AllowRelay = true },
            _ => Limited(WithLimit(name, value)),
        };

    public static TimeSpan Span(string seconds) => TimeSpan.FromSeconds(Number(seconds.TrimEnd('s')));

    public void Dispose()
    {
        Hub.Dispose();
        _stopping.Dispose();
        _folder.Delete(recursive: true);
    }

    private SmtpServerSettings Limited(AccountLimits limits)
    {
        SendLimits = limits;
        return Settings;
    }

    /// <summary><c>MessagesPerHour 2</c>, <c>MessagesPerHourAction hold</c>.</summary>
    private AccountLimits WithLimit(string name, string value)
    {
        if (Enum.TryParse(name, out AccountLimit limit))
            return SendLimits.With(limit, Number(value));
        if (
            name.EndsWith("Action", StringComparison.Ordinal)
            && Enum.TryParse(name[..^"Action".Length], out limit)
            && Enum.TryParse(value, ignoreCase: true, out LimitAction action)
        )
            return SendLimits.With(limit, SendLimits[limit].Value, action);
        throw new FormatException($"no setting is called {name}");
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private bool IsClearAllowed(IPAddress client) =>
        IPAddress.IsLoopback(client) || _clearNetworks.Exists(network => network.Contains(client));

    private RelayPolicy Policy() =>
        new(
            new AliasFile(InFolder("alias.cfg"), TimeSpan.Zero, Hub.Clock),
            new FilterFile(InFolder("relay.cfg"), TimeSpan.Zero, Hub.Clock),
            () => Settings,
            (sender, account, recipient) => Routes().NeverFor(sender, account, recipient)?.Name
        );

    private RouteTable Routes() => new(ConfigurationReader.Defaults("/nowhere", "hub.example") with { Routes = Rules });

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);

    private sealed class NoKeys : ISigningKeys
    {
        public bool AreAny => false;

        public IReadOnlyList<DkimSigningKey> For(HeaderBlock header) => [];
    }

    private sealed class NoArrival : IArrivalStore
    {
        public ArrivalPolicy? ReadPolicy(QwkId id) => null;

        public Task<bool> SetPolicyAsync(QwkId id, ArrivalPolicy? policy, CancellationToken ct) => Task.FromResult(true);

        public Task<bool> NoteWarningAsync(
            QwkId id,
            string domain,
            DateTimeOffset now,
            DateTimeOffset since,
            CancellationToken ct
        ) => Task.FromResult(true);
    }

    private sealed class NoUsage : IUsageStore
    {
        public UsageCounters? ReadUsage(QwkId id) => null;

        public IReadOnlyCollection<long> ReadKnownRecipients(QwkId id) => [];

        public IReadOnlyCollection<string> ReadNetworks(QwkId id) => [];

        public IReadOnlyList<OwnLimit> ReadLimits(QwkId id) => [];

        public long CountQueued(QwkId id, long most) => 0;

        public ValueTask OweAsync(QwkId id, Func<UsageCounters> counters, string? network) => ValueTask.CompletedTask;

        public Task<bool> SetLimitsAsync(QwkId id, IReadOnlyList<OwnLimit> own, CancellationToken ct) => Task.FromResult(true);
    }
}
