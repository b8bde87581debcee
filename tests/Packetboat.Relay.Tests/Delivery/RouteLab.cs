using System.Net;
using Microsoft.Extensions.Logging;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.Tests.Configuration;
using Packetboat.Relay.Tests.Queue;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>
/// All of delivery, with real sockets and a clock that stands still: three providers with a server each at an address of its own, and a
/// relay. The way to the providers can be closed and opened as a firewall does it.
/// </summary>
internal sealed class RouteLab : IAsyncDisposable
{
    public static readonly string[] Providers = ["one.example", "two.example", "three.example"];

    /// <summary>No other time in the program is as long: who waits for it is calling.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(37);

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly LabLog _log;
    private readonly ZoneResolver _dns = new();
    private readonly List<BlackHole> _holes = [];
    private readonly List<ScriptedServer> _all = [];
    private readonly string _rules;
    private readonly string _replies;
    private string _mode;
    private readonly int _port;
    private SqliteStore _sqlite = null!;
    private SendMail _sendMail = null!;
    private ClockComparison _clocks = null!;

    private RouteLab(string mode, string rules, string replies)
    {
        (_mode, _rules, _replies) = (mode, rules, replies);
        _log = new LabLog(() => Store?.Signal());
        Time = new QueueRig.WatchedTime(() => Store?.Signal());
        Relay = Keep(new ScriptedServer { Extensions = ["AUTH PLAIN"] });
        Second = Keep(new ScriptedServer { Extensions = ["AUTH PLAIN"] });
        using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        for (int i = 0; i < Providers.Length; i++)
        {
            _dns.Add($"{Providers[i]} MX 10 mx.{Providers[i]}");
            _dns.Add($"mx.{Providers[i]} A {AddressOf(i)}");
        }

        // Another domain with its mail at the first provider.
        _dns.Add($"guest.example MX 10 mx.{Providers[0]}");
    }

    public QueueRig.WatchedTime Time { get; }

    public WatchedStore Store { get; private set; } = null!;

    public ScriptedServer Relay { get; }

    /// <summary>Another relay, which rules may name.</summary>
    public ScriptedServer Second { get; }

    /// <summary>Those that stand now, in the order of <see cref="Providers"/>.</summary>
    public ScriptedServer[] Servers { get; private set; } = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="mode">DeliveryMode.</param>
    /// <param name="rules">Sections of packetboat.ini; <c>RELAY</c> and <c>SECOND</c> in it are the relays' addresses and ports.</param>
    /// <param name="replies">The operator's replies.ini.</param>
    /// <param name="another">There is a fourth.example, which is always well.</param>
    public static async Task<RouteLab> OpenAsync(
        string mode = "Auto",
        string rules = "",
        string replies = "",
        bool another = false
    )
    {
        var lab = new RouteLab(mode, rules, replies);
        if (another)
            lab.AddAnother();
        lab.StartServers();
        await lab.StartAsync();
        return lab;
    }

    /// <summary>The program ends and begins again, at once or after a while, and maybe with another DeliveryMode.</summary>
    public async Task RestartAsync(TimeSpan later = default, string? mode = null)
    {
        await StopAsync();
        _mode = mode ?? _mode;
        Time.Advance(later);
        await StartAsync();
    }

    /// <summary>The providers' servers are gone, and who calls them hears nothing.</summary>
    public async Task BlockAsync()
    {
        foreach (ScriptedServer server in Servers)
            await server.DisposeAsync();
        for (int i = 0; i < Providers.Length; i++)
            _holes.Add(await BlackHole.OpenAsync(new IPEndPoint(AddressOf(i), _port)));
    }

    /// <summary>The providers' servers are gone, and who calls them is refused, as by a firewall that says no.</summary>
    public async Task RefuseAsync()
    {
        foreach (ScriptedServer server in Servers)
            await server.DisposeAsync();
    }

    public void Unblock()
    {
        foreach (BlackHole hole in _holes)
            hole.Dispose();
        _holes.Clear();
        StartServers();
    }

    /// <returns>The message's id.</returns>
    public async Task<string> SendAsync(string to, string subject, string from = "")
    {
        await using ISpooledMessage message = new MessageSpool(Store, _sendMail.Scheduler, [], Time).Begin();
        message.Append(System.Text.Encoding.ASCII.GetBytes($"Subject: {subject}\r\n\r\nHello\r\n"));
        await message.CommitAsync(
            new SpoolEnvelope(
                from.Length == 0 ? null : MailAddress.Parse(from),
                [new EnvelopeRecipient(MailAddress.Parse(to), RecipientNotice.None)],
                Account: null,
                "a test",
                [],
                BodyType.SevenBit,
                SmtpUtf8: false,
                EnvelopeNotice.None
            ),
            Ct
        );
        return message.Id;
    }

    /// <summary>Waits, without a clock, until it is so.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (true)
        {
            Task changed = Store.Changed;
            if (await condition())
                return;
            await changed.WaitAsync(Ct);
        }
    }

    /// <summary>Waits for what becomes of a message; what is due is looked at.</summary>
    public Task UntilStateAsync(string id, RecipientState state) =>
        UntilAsync(async () =>
        {
            QueueEntry entry = await EntryAsync(id);
            if (entry.State == RecipientState.Waiting && entry.Due <= Time.GetUtcNow() && entry.State != state)
                Pass(TimeSpan.FromSeconds(1));
            return entry.State == state;
        });

    public async Task DeliveredAsync(params string[] ids)
    {
        foreach (string id in ids)
            await UntilStateAsync(id, RecipientState.Delivered);
    }

    /// <summary>Until it waits for another attempt than the first.</summary>
    public Task DeferredAsync(string id) =>
        UntilAsync(async () => await EntryAsync(id) is { State: RecipientState.Waiting, Attempts: > 0 });

    /// <summary>Until it waits and the relay is who put it off.</summary>
    public Task DeferredAtRelayAsync(string id) =>
        UntilAsync(async () =>
            await EntryAsync(id) is { State: RecipientState.Waiting }
            && (await TraceAsync(id))[^1].StartsWith("Deferred 127.0.0.1 ", StringComparison.Ordinal)
        );

    public Task LoggedAsync(string words) =>
        UntilAsync(() => Task.FromResult(_log.Lines.Any(line => line.Contains(words, StringComparison.Ordinal))));

    /// <summary>Waits until so many calls wait for an answer, and lets them wait too long. Nobody else may be calling.</summary>
    public async Task TimeOutAsync(int calls)
    {
        await UntilAsync(() => Task.FromResult(Time.ArmedFor(Time.GetUtcNow() + ConnectTimeout) >= calls));
        Pass(ConnectTimeout);
    }

    public void Pass(TimeSpan time)
    {
        Time.Advance(time);
        _sendMail.Scheduler.Kick();
    }

    public async Task<QueueEntry> EntryAsync(string id) => (await Store.FindAsync(id, Ct))!.Recipients[0];

    /// <summary>What happened to a message, a line an event: what, whom with, and the words.</summary>
    public async Task<string[]> TraceAsync(string id) =>
        [.. (await Store.FindAsync(id, Ct))!.Events.Select(one => $"{one.Kind} {one.Host} {one.Text}")];

    /// <summary>How often a message has arrived, at whatever server.</summary>
    public int Arrivals(string subject) => _all.Sum(server => server.Lines.Count(line => line == $"Subject: {subject}"));

    public int AtRelay(string subject) => At(Relay, subject);

    public static int At(ScriptedServer server, string subject) => server.Lines.Count(line => line == $"Subject: {subject}");

    public IReadOnlyList<RouteTrouble> Troubles() => _sendMail.Scheduler.Troubles();

    public string Describe() => _sendMail.Describe();

    public IReadOnlyList<MovedMail> Moves() => _sendMail.Moves();

    /// <summary>What has changed, in words, the newest first.</summary>
    public string[] Changes() => [.. _sendMail.RouteChanges().Select(change => change.Text)];

    public IReadOnlyList<WarmUpRow> WarmUps() => _sendMail.ListWarmUps(99);

    public async Task<Explanation> ExplainAsync(string to, string? from = null) =>
        await _sendMail.ExplainAsync(from is null ? null : MailAddress.Parse(from), null, MailAddress.Parse(to), Ct);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (BlackHole hole in _holes)
            hole.Dispose();
        foreach (ScriptedServer server in _all)
            await server.DisposeAsync();
        _folder.Dispose();
    }

    private static IPAddress AddressOf(int provider) => new([127, 0, 1, (byte)(provider + 1)]);

    private void AddAnother()
    {
        _dns.Add("fourth.example MX 10 mx.fourth.example");
        _dns.Add($"mx.fourth.example A {AddressOf(Providers.Length)}");
        Keep(new ScriptedServer(AddressOf(Providers.Length), _port));
    }

    private void StartServers() => Servers = [.. Providers.Select((_, i) => Keep(new ScriptedServer(AddressOf(i), _port)))];

    private async Task StartAsync()
    {
        _sqlite = SqliteStore.Open(_folder.Path, Time);
        Store = new WatchedStore(_sqlite);
        // The relays are on loopback, in clear, which is no way for mail that goes around unless somebody says so.
        const string trusted = "[Relay]\nRelayTrustedInClear = true\n";
        string rules = (
            _rules.Contains("[Relay]\n", StringComparison.Ordinal)
                ? _rules.Replace("[Relay]\n", trusted, StringComparison.Ordinal)
                : $"{_rules}\n{trusted}"
        )
            .Replace("RELAY", $"127.0.0.1:{Relay.Port}", StringComparison.Ordinal)
            .Replace("SECOND", $"127.0.0.1:{Second.Port}", StringComparison.Ordinal);
        using var folder = new ConfigurationFolder();
        ConfigurationResult read = folder
            .With(
                "sbbs.ini",
                $"""
                [Mail]
                HostName = node.example
                Options = {(_mode == "Relay" ? "RELAY_TX" : "")}
                RelayServer = 127.0.0.1
                RelayPort = {Relay.Port}
                DNSServer = 127.0.0.1
                ConnectTimeout = {ConnectTimeout.TotalSeconds}

                """
            )
            .With(
                "packetboat.ini",
                $"""
                [Delivery]
                DeliveryMode = {_mode}
                DirectPort = {_port}
                DirectProbe = 15m
                AllowPrivateTargets = true
                {rules}

                """
            )
            .With("replies.ini", _replies)
            .Read();
        Assert.DoesNotContain(read.Problems, problem => problem.Severity == Severity.Error);
        Settings settings = read.Settings!;
        var log = new MailLog(_log);
        _clocks = new ClockComparison(_sqlite, log, Time);
        _sendMail = new SendMail(Store, _sqlite, _sqlite, _sqlite, _sqlite, _dns, () => settings, log, Time, clock: _clocks);
        await _sendMail.Scheduler.StartAsync(Ct);
        await _sendMail.DirectProbe.StartAsync(Ct);
    }

    private async Task StopAsync()
    {
        await _sendMail.DirectProbe.StopAsync(CancellationToken.None);
        Task stop = _sendMail.Scheduler.StopAsync(CancellationToken.None);
        // What is under way is given some time, once: the clock is not to run on.
        while (!stop.IsCompleted)
        {
            if (Time.ArmedFor(Time.GetUtcNow() + StopPatience) > 0)
                Time.Advance(StopPatience);
            await Task.Yield();
        }

        await stop;
        _sendMail.Dispose();
        _clocks.Dispose();
        await _sqlite.DisposeAsync();
    }

    private ScriptedServer Keep(ScriptedServer server)
    {
        _all.Add(server);
        return server;
    }

    /// <summary>A log that says when it gets a line.</summary>
    private sealed class LabLog(Action changed) : ILogger<MailLog>
    {
        private readonly ListLogger<MailLog> _lines = new();

        public IReadOnlyList<string> Lines => _lines.Lines;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            _lines.Log(logLevel, eventId, state, exception, formatter);
            changed();
        }
    }
}
