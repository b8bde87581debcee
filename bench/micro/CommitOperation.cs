using Packetboat.Relay.Queue;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Bench.Micro;

/// <summary>A message is on the disk, and then what became of it: the whole of what the store does for one.</summary>
internal sealed class CommitOperation : IOperation
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteStore _store;
    private readonly byte[] _content;

    public CommitOperation(string name, byte[] text)
    {
        (Name, _content) = (name, text);
        _store = SqliteStore.Open(_folder.Path, TimeProvider.System);
    }

    public string Name { get; }

    public async Task RunAsync()
    {
        NewMessage message = new(
            TestMail.Message(_store.NextMessageNumber()),
            [TestMail.Claimed(0, "joe@far.example")],
            _content
        );
        await _store.AcceptAsync(message, CancellationToken.None);
        await _store.RecordAsync(
            message.Message.Number,
            TestMail.Noon,
            [TestMail.Result(0, RecipientState.Delivered, TestMail.Noon, TraceKind.Delivered)],
            report: null
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }
}
