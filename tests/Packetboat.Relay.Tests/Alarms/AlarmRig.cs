using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Alarms;

/// <summary>A real store, a clock that stands still, and a log that can be read.</summary>
internal sealed class AlarmRig : IAsyncDisposable
{
    private readonly ListLogger<MailLog> _lines = new();

    public AlarmRig() => (Store, Log) = (SqliteStore.Open(Folder.File("data"), Time), new MailLog(_lines));

    public TemporaryFolder Folder { get; } = new();

    public FakeTimeProvider Time { get; } = new(TestMail.Noon);

    public SqliteStore Store { get; private set; }

    public MailLog Log { get; }

    public IReadOnlyList<string> Lines => _lines.Lines;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public Task RaiseAsync(string key, string text = "something is wrong") =>
        Store.RaiseAlarmAsync(new Alarm(key, Time.GetUtcNow(), text), Ct);

    public async Task<string[]> OpenAsync() => [.. (await Store.AlarmsAsync(Ct)).Select(alarm => alarm.Key)];

    public async Task<string?> TextAsync(string key) =>
        (await Store.AlarmsAsync(Ct)).SingleOrDefault(alarm => alarm.Key == key)?.Text;

    public async Task<string[]> HistoryAsync() =>
        [.. (await Store.AlarmEventsAsync(0, 100, Ct)).Select(e => $"{e.Word} {e.Kind.Id}")];

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Folder.Dispose();
    }
}
