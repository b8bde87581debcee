using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tests.Queue;

/// <summary>A store that tells when something happened to it, and that fails when a test says so.</summary>
internal sealed class WatchedStore(IQueueStore inner) : IQueueStore
{
    private volatile TaskCompletionSource _changed = New();

    /// <summary>Called with a method's name before it runs; what it throws, the store throws.</summary>
    public Action<string> Before { get; set; } = _ => { };

    /// <summary>Completes with the next thing that happens.</summary>
    public Task Changed => _changed.Task;

    public void Signal() => Interlocked.Exchange(ref _changed, New()).TrySetResult();

    public long NextMessageNumber() => inner.NextMessageNumber();

    public string IdOf(long message) => inner.IdOf(message);

    public void Abandon(long message, int chunks) => inner.Abandon(message, chunks);

    public Task WriteChunkAsync(long message, int chunk, ReadOnlyMemory<byte> bytes, CancellationToken stopping) =>
        Watch("chunk", () => inner.WriteChunkAsync(message, chunk, bytes, stopping));

    public Task AcceptAsync(NewMessage message, CancellationToken stopping) =>
        Watch("accept", () => inner.AcceptAsync(message, stopping));

    public async ValueTask<byte[]> ReadChunkAsync(long message, int chunk, CancellationToken stopping) =>
        await Watch("read", () => inner.ReadChunkAsync(message, chunk, stopping).AsTask());

    public Task<DelayedPortion> FindDelayedAsync(
        long after,
        DateTimeOffset now,
        TimeSpan first,
        TimeSpan repeat,
        int messages,
        CancellationToken stopping
    ) => Watch("find delayed", () => inner.FindDelayedAsync(after, now, first, repeat, messages, stopping));

    public Task<bool> ReportDelayAsync(
        long message,
        DateTimeOffset at,
        IReadOnlyList<DelayNotice> notices,
        NewMessage report,
        CancellationToken stopping
    ) => Watch("report delay", () => inner.ReportDelayAsync(message, at, notices, report, stopping));

    /// <summary>Written when it completes, so that a test sees it.</summary>
    public async ValueTask RecordAsync(
        long message,
        DateTimeOffset at,
        IReadOnlyList<RecipientResult> results,
        NewMessage? report
    ) =>
        await Watch(
            "record",
            async () =>
            {
                await inner.RecordAsync(message, at, results, report);
                await inner.ClearAlarmAsync("nothing", CancellationToken.None);
            }
        );

    public Task<IReadOnlyList<QueueEntry>> StopAsync(
        string? account,
        Suspension suspension,
        string why,
        long from,
        DateTimeOffset now,
        CancellationToken stopping
    ) => Watch("stop", () => inner.StopAsync(account, suspension, why, from, now, stopping));

    public Task<int> ReleaseStoppedAsync(DateTimeOffset now, CancellationToken stopping) =>
        Watch("release", () => inner.ReleaseStoppedAsync(now, stopping));

    public Task<IReadOnlyList<DueRecipient>> FindDueAsync(
        string routeName,
        DateTimeOffset now,
        int limit,
        CancellationToken stopping
    ) => Watch("find", () => inner.FindDueAsync(routeName, now, limit, stopping));

    public Task<IReadOnlyList<DueRecipient>> FindOldAsync(
        string routeName,
        DateTimeOffset now,
        DateTimeOffset acceptedUntil,
        int limit,
        CancellationToken stopping
    ) => Watch("old", () => inner.FindOldAsync(routeName, now, acceptedUntil, limit, stopping));

    public Task<IReadOnlyList<WaitingRoute>> FindRoutesAsync(
        string after,
        DateTimeOffset now,
        int limit,
        CancellationToken stopping
    ) => Watch("routes", () => inner.FindRoutesAsync(after, now, limit, stopping));

    public Task<IReadOnlyList<Claim>> ClaimAsync(IReadOnlyList<Claim> claims, CancellationToken stopping) =>
        Watch("claim", () => inner.ClaimAsync(claims, stopping));

    public Task<bool> LeaveRouteAsync(string routeName, DateTimeOffset now, CancellationToken stopping) =>
        Watch("leave", () => inner.LeaveRouteAsync(routeName, now, stopping));

    public Task BindAsync(long message, IReadOnlyList<int> recipients, CancellationToken stopping) =>
        inner.BindAsync(message, recipients, stopping);

    public Task<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken stopping) =>
        Watch("next", () => inner.NextDueAsync(after, stopping));

    public Task WakeRouteAsync(string routeName, DateTimeOffset now, CancellationToken stopping) =>
        Watch("wake", () => inner.WakeRouteAsync(routeName, now, stopping));

    public Task BringForwardAsync(DateTimeOffset latest, CancellationToken stopping) =>
        Watch("forward", () => inner.BringForwardAsync(latest, stopping));

    public Task<SweepResult> SweepAsync(DateTimeOffset now, CancellationToken stopping) =>
        Watch("sweep", () => inner.SweepAsync(now, stopping));

    public Task<int> ForgetAsync(DateTimeOffset before, CancellationToken stopping) =>
        Watch("forget", () => inner.ForgetAsync(before, stopping));

    public Task<IReadOnlyList<QueueEntry>> ListAsync(QueueSelection selection, int limit, CancellationToken stopping) =>
        inner.ListAsync(selection, limit, stopping);

    public Task<MessageStory?> FindAsync(string id, CancellationToken stopping) => inner.FindAsync(id, stopping);

    public Task<IReadOnlyList<MessageStory>> TraceAsync(
        string? sender,
        string? recipient,
        int limit,
        CancellationToken stopping
    ) => inner.TraceAsync(sender, recipient, limit, stopping);

    public Task<QueueCounts> CountAsync(CancellationToken stopping) => inner.CountAsync(stopping);

    public Task<IReadOnlyList<QueueEntry>> ChangeAsync(
        QueueSelection selection,
        QueueChange change,
        DateTimeOffset now,
        CancellationToken stopping
    ) => inner.ChangeAsync(selection, change, now, stopping);

    public Task RaiseAlarmAsync(Alarm alarm, CancellationToken stopping) =>
        Watch("raise", () => inner.RaiseAlarmAsync(alarm, stopping));

    public Task ClearAlarmAsync(string key, CancellationToken stopping) =>
        Watch("clear", () => inner.ClearAlarmAsync(key, stopping));

    public Task<IReadOnlyList<Alarm>> AlarmsAsync(CancellationToken stopping) => inner.AlarmsAsync(stopping);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task Watch(string name, Func<Task> run)
    {
        Before(name);
        await run();
        Signal();
    }

    private async Task<T> Watch<T>(string name, Func<Task<T>> run)
    {
        Before(name);
        T result = await run();
        Signal();
        return result;
    }
}
