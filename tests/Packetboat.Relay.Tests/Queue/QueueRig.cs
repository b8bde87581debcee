using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Shaping;
using Packetboat.Relay.Signing;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Queue;

/// <summary>Everything between the spool and the world: a real store and scheduler, a clock that stands still, and fake mail servers.</summary>
internal sealed class QueueRig : IRouter, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ListLogger<MailLog> _log = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal); // accounts that have sent, and so were there once
    private SqliteStore _sqlite;

    public QueueRig()
    {
        Time = new WatchedTime(() => Store?.Signal());
        _sqlite = SqliteStore.Open(_folder.Path, Time);
        Store = new WatchedStore(_sqlite);
        Peers = new FakePeers(() => Store.Signal());
        Shaper = new Shaper(() => ReplyTable.Shipped, Time);
        Scheduler = NewScheduler();
    }

    public WatchedTime Time { get; }

    public WatchedStore Store { get; private set; }

    public FakePeers Peers { get; }

    public Shaper Shaper { get; }

    public SqliteStore Accounts => _sqlite;

    public DeliveryScheduler Scheduler { get; private set; }

    /// <summary>Null: each domain by its own route.</summary>
    public RelaySettings? Relay { get; set; }

    public SchedulerSettings Settings { get; set; } =
        new(
            new RetryLimits(TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), 50, TimeSpan.FromDays(5)),
            MemoryMessages: 1000,
            RelayConnections: 20,
            DomainConnections: 5,
            IsSending: true,
            TimeSpan.FromDays(14)
        );

    public IReadOnlyList<string> Log => _log.Lines;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static RelaySettings Hub(string password, string server = "hub.example") =>
        new(server, 587, ImplicitTls: false, "MYBBS", new Secret(password), RelayMechanism.Plain);

    public bool Uses(Route.Relay relay) => relay.Settings == Relay;

    public Route RouteOf(QueuedMessage message, MailAddress recipient) =>
        Relay is { } relay ? new Route.Relay(relay) : new Route.Direct(recipient.AsciiDomain);

    public async Task StartAsync()
    {
        await KnowAsync(TestMail.Account);
        await Scheduler.StartAsync(Ct);
    }

    /// <summary>Stops the scheduler, closes the store, and opens both again.</summary>
    public async Task RestartAsync(bool runsOutOfPatience = false)
    {
        await (runsOutOfPatience ? StopAsync() : Scheduler.StopAsync(Ct));
        Scheduler.Dispose();
        await _sqlite.DisposeAsync();
        _sqlite = SqliteStore.Open(_folder.Path, Time);
        Store = new WatchedStore(_sqlite);
        Scheduler = NewScheduler();
        await StartAsync();
    }

    /// <summary>What is sent from now on.</summary>
    public byte[] Content { get; set; } = TestMail.Content;

    /// <summary>What senders want from now on.</summary>
    public TlsWish Tls { get; set; }

    public Task<string> SendAsync(params string[] recipients) =>
        SendAsync("alice@node.example", DsnNotify.Unspecified, recipients);

    public Task<string> SendAsync(string? sender, DsnNotify notify, params string[] recipients) =>
        SendAsAsync("MYBBS", sender, notify, recipients);

    public async Task<string> SendAsAsync(string? account, string? sender, DsnNotify notify, params string[] recipients)
    {
        if (account is not null)
            await KnowAsync(account);
        await using ISpooledMessage message = new MessageSpool(Store, Scheduler, [], Time).Begin();
        message.Append(Content);
        await message.CommitAsync(
            new SpoolEnvelope(
                sender is null ? null : MailAddress.Parse(sender),
                [.. recipients.Select(to => new EnvelopeRecipient(MailAddress.Parse(to), new RecipientNotice(notify, null)))],
                account,
                "a test",
                "X-Trace: ours\r\n"u8.ToArray(),
                BodyType.SevenBit,
                SmtpUtf8: false,
                new EnvelopeNotice(Tls == TlsWish.Required ? DsnReturn.Full : DsnReturn.Unspecified, null),
                Tls: Tls
            ),
            Ct
        );
        return message.Id;
    }

    /// <summary>Nothing leaves for an account that is gone; so it is there, until a test removes it.</summary>
    private async Task KnowAsync(string account)
    {
        if (_known.Add(account))
            await Accounts.AddAsync(new Account(QwkId.Parse(account), Time.GetUtcNow(), Suspension: null, ""), Ct);
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

    public Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    public Task UntilStateAsync(string id, params RecipientState[] states) =>
        UntilAsync(async () => (await StoryAsync(id)).Recipients.Select(r => r.State).SequenceEqual(states));

    public Task UntilReceivedAsync(int count) => UntilAsync(() => Peers.Got.Count >= count);

    public async Task<MessageStory> StoryAsync(string id) => (await Store.FindAsync(id, Ct))!;

    public async Task<QueueEntry> EntryAsync(string id) => (await StoryAsync(id)).Recipients[0];

    /// <summary>Lets time pass and has the scheduler look, whatever it was doing.</summary>
    public void Pass(TimeSpan time)
    {
        Time.Advance(time);
        Scheduler.Kick();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Scheduler.Dispose();
        await _sqlite.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StopAsync()
    {
        Task stop = Scheduler.StopAsync(CancellationToken.None);
        while (!stop.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        await stop;
    }

    /// <summary>In which language senders read.</summary>
    public string Language { get; set; } = "en";

    /// <summary>The notices about mail that waits, as they would be looked for now.</summary>
    public DelayNotices NewNotices(TimeSpan first, TimeSpan repeat) =>
        new(
            Store,
            ReporterOf(Scheduler),
            () => new DelaySettings(first, repeat, Settings.Limits.MaxAge),
            () => ReplyTable.Shipped,
            new MailLog(NullLogger<MailLog>.Instance),
            Time
        );

    /// <summary>The keys that sign reports.</summary>
    public DkimKeyFolder Keys => new(_folder.Path, Time);

    private Reporter ReporterOf(IScheduler scheduler) =>
        new(
            Store,
            scheduler,
            () => "mail.node.example",
            () => Language,
            Time,
            new MessageSigner(new DomainSigningKeys(Keys, new MailLog(_log), Time), new MailLog(_log), Time)
        );

    private DeliveryScheduler NewScheduler()
    {
        var log = new MailLog(_log);
        var stops = new SuspensionList(_sqlite, Time);
        return new DeliveryScheduler(
            Store,
            this,
            route => new Courier(route, Peers, Store, Time, stops, Shaper),
            scheduler => new Settlement(Store, ReporterOf(scheduler), () => Settings.Limits, () => ReplyTable.Shipped, log, Time),
            () => Settings,
            log,
            Time,
            stops
        );
    }

    /// <summary>A clock that tells when somebody sets an alarm on it.</summary>
    internal sealed class WatchedTime(Action changed) : FakeTimeProvider(TestMail.Noon)
    {
        private readonly ConcurrentQueue<DateTimeOffset> _armed = new();
        private readonly ConcurrentDictionary<ITimer, DateTimeOffset> _live = new();

        /// <summary>What the clock on the wall shows too much; what is measured does not know of it.</summary>
        public TimeSpan WrongBy { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + WrongBy;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;

        public bool IsArmed(DateTimeOffset from, DateTimeOffset to) => _armed.Any(time => time >= from && time <= to);

        /// <summary>How many alarms are set to this very moment.</summary>
        public int ArmedFor(DateTimeOffset moment) => _live.Values.Count(time => time == moment);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new LiveTimer(this, callback);
            timer.Inner = base.CreateTimer(timer.Ring, state, dueTime, period);
            Note(timer, dueTime);
            return timer;
        }

        private void Note(LiveTimer timer, TimeSpan dueTime)
        {
            if (dueTime > TimeSpan.Zero)
                _armed.Enqueue(_live[timer] = GetUtcNow() + dueTime);
            else
                _live.TryRemove(timer, out _);
            changed();
        }

        /// <summary>As a timer of the system does, it waits at its asynchronous end for what it has called.</summary>
        private sealed class LiveTimer(WatchedTime time, TimerCallback callback) : ITimer
        {
            private readonly Lock _ringing = new();
            private bool _isOver;

            public ITimer Inner { get; set; } = null!;

            public void Ring(object? state)
            {
                lock (_ringing)
                    if (!_isOver)
                        callback(state);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                bool isChanged = Inner.Change(dueTime, period);
                time.Note(this, dueTime);
                return isChanged;
            }

            public void Dispose()
            {
                time._live.TryRemove(this, out _);
                Inner.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                time._live.TryRemove(this, out _);
                lock (_ringing)
                    _isOver = true;
                return Inner.DisposeAsync();
            }
        }
    }
}
