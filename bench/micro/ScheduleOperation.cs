using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Bench.Micro;

/// <summary>The scheduler's part in accepting a message for three domains: its routes, a place on each, and the places given back.</summary>
internal sealed class ScheduleOperation : IOperation, IRouter
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteStore _store;
    private readonly DeliveryScheduler _scheduler;
    private readonly HeldContent _content;
    private readonly QueuedMessage _message = TestMail.Message(1);
    private readonly QueuedRecipient[] _recipients =
    [
        .. Enumerable.Range(0, 3).Select(i => TestMail.Recipient(i, $"joe@far{i}.example")),
    ];
    private readonly Route[] _routes = [.. Enumerable.Range(0, 3).Select(i => new Route.Direct($"far{i}.example"))];

    public ScheduleOperation(string name, byte[] text)
    {
        (Name, _content) = (name, HeldContent.Of(text));
        _store = SqliteStore.Open(_folder.Path, TimeProvider.System);
        // Nothing leaves: it is not started, and no reservation is.
        _scheduler = new DeliveryScheduler(
            _store,
            this,
            _ => throw new InvalidOperationException("nothing is to be delivered here"),
            _ => null!,
            () => OneConnection.Settings,
            new MailLog(NullLogger<MailLog>.Instance),
            TimeProvider.System
        );
    }

    public string Name { get; }

    public Task RunAsync()
    {
        _scheduler.Reserve(_message, _recipients, _content).Cancel();
        return Task.CompletedTask;
    }

    public Route RouteOf(QueuedMessage message, MailAddress recipient) => _routes[recipient.AsciiDomain[3] - '0'];

    public bool Uses(Route.Relay relay) => true;

    public async ValueTask DisposeAsync()
    {
        _scheduler.Dispose();
        await _store.DisposeAsync();
        _folder.Dispose();
    }
}
