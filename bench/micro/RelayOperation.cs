using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Bench.Micro;

/// <summary>All that lies behind the session: spool, store, scheduler, a kept connection to the next hop, until that has the message.</summary>
internal sealed class RelayOperation : IOperation, IRouter, IConnector
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteStore _store;
    private readonly DeliveryScheduler _scheduler;
    private readonly MessageSpool _spool;
    private readonly byte[] _content;
    private readonly WillingPeer _peer = new();
    private readonly Route _route = new Route.Relay(
        new RelaySettings("hub.example", 25, ImplicitTls: false, "", new Secret(""), RelayMechanism.None)
    );
    private readonly MailAddress _sender = MailAddress.Parse("alice@node.example");
    private readonly EnvelopeRecipient _recipient = new(
        MailAddress.Parse("joe@far.example"),
        new RecipientNotice(DsnNotify.Unspecified, null)
    );

    public RelayOperation(string name, byte[] text)
    {
        (Name, _content) = (name, text);
        _store = SqliteStore.Open(_folder.Path, TimeProvider.System);
        var log = new MailLog(NullLogger<MailLog>.Instance);
        _scheduler = new DeliveryScheduler(
            _store,
            this,
            route => new Courier(route, this, _store, TimeProvider.System),
            scheduler => new Settlement(
                _store,
                new Reporter(_store, scheduler, () => "node.example", () => "en", TimeProvider.System),
                () => OneConnection.Settings.Limits,
                () => ReplyTable.Shipped,
                log,
                TimeProvider.System
            ),
            () => OneConnection.Settings,
            log,
            TimeProvider.System
        );
        _scheduler.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        _spool = new MessageSpool(_store, _scheduler, [], TimeProvider.System);
    }

    public string Name { get; }

    public async Task RunAsync()
    {
        Task taken = _peer.NextAsync();
        await using (ISpooledMessage message = _spool.Begin())
        {
            message.Append(_content);
            await message.CommitAsync(
                new SpoolEnvelope(
                    _sender,
                    [_recipient],
                    "MYBBS",
                    "a benchmark",
                    "X-Trace: ours\r\n"u8.ToArray(),
                    BodyType.SevenBit,
                    SmtpUtf8: false,
                    EnvelopeNotice.None
                ),
                CancellationToken.None
            );
        }

        await taken;
    }

    public Route RouteOf(QueuedMessage message, MailAddress recipient) => _route;

    public bool Uses(Route.Relay relay) => true;

    public async ValueTask<Connection> ConnectAsync(Route route, CancellationToken stopping)
    {
        _peer.Greet();
        var session = new SmtpClientSession(_peer, SmtpClientTimeouts.Default, TimeProvider.System);
        await session.GreetAsync(stopping);
        await session.HelloAsync("node.example", extensionsNeeded: false, stopping);
        return new Connection.Ready(session, "hub.example [192.0.2.25]:25", "in clear");
    }

    public async ValueTask DisposeAsync()
    {
        await _scheduler.StopAsync(CancellationToken.None);
        _scheduler.Dispose();
        await _store.DisposeAsync();
        _folder.Dispose();
    }
}
