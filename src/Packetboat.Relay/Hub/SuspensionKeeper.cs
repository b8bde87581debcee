using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Does to the queue what suspensions demand: when one begins, when the operator ends it, and when it ends by itself. What is in memory for
/// delivery is stopped by <see cref="SuspensionList"/>; what waits in the store is stopped here.
/// </summary>
public sealed class SuspensionKeeper(
    IAccountStore accounts,
    IQueueStore queue,
    IScheduler scheduler,
    Func<MessageStory, IReadOnlyCollection<int>, string, CancellationToken, ValueTask> bounce,
    IAuditStore audit,
    MailLog log,
    TimeProvider time
) : BackgroundService
{
    /// <summary>The clock may be set while nobody looks.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private DateTimeOffset? _looked; // null: not since the start

    /// <summary>Suspends an account, or all relaying. It is in force when this returns, for open connections and for queued mail.</summary>
    /// <param name="account">Null: all.</param>
    /// <param name="suspension">Begins now.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>Queued recipients that were held, dropped or returned; null: there is no such account.</returns>
    public async Task<int?> SuspendAsync(QwkId? account, Suspension suspension, CancellationToken ct)
    {
        if (account is null)
            await accounts.SetRelayingSuspensionAsync(suspension, ct);
        else if (!await accounts.SetSuspensionAsync(account, suspension, ct))
            return null;
        // What an earlier suspension held, and this one lets go.
        int changed = await StopAsync(account, suspension, ct);
        await ReleaseAsync(ct);
        _changed.Writer.TryWrite(true);
        return changed;
    }

    /// <param name="account">Null: all.</param>
    /// <param name="counters">What the account has used from now on, written with it; null: nothing is counted.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>Queued recipients that go on; null: there is no such account.</returns>
    public async Task<int?> ResumeAsync(QwkId? account, Func<UsageCounters>? counters, CancellationToken ct)
    {
        if (account is null)
            await accounts.SetRelayingSuspensionAsync(null, ct);
        else if (!await accounts.ResumeAsync(account, counters, ct))
            return null;
        int released = await ReleaseAsync(ct);
        _changed.Writer.TryWrite(true);
        return released;
    }

    /// <summary>
    /// Removes an account. Nothing of it is lost, and nothing leaves for one that is gone: what is queued is held first, while it can take
    /// nothing new, and stays so until the operator returns it, drops it, or adds the account again and releases it.
    /// </summary>
    /// <returns>Queued recipients that are held now and were not; null: there is no such account.</returns>
    public async Task<int?> RemoveAsync(QwkId account, CancellationToken ct)
    {
        var suspension = new Suspension("it is being removed", time.GetUtcNow(), Until: null);
        if (!await accounts.SetSuspensionAsync(account, suspension, ct))
            return null;
        int held = await StopAsync(account, suspension, SuspensionList.WhyRemoved(account.Text), ct);
        return await accounts.RemoveAsync(account, ct) ? held : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan sleep = AfterFault;
            try
            {
                sleep = await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                log.ServiceFault(nameof(SuspensionKeeper), fault);
            }

            await SleepAsync(sleep, stoppingToken);
        }
    }

    /// <returns>How long nothing happens by itself.</returns>
    private async Task<TimeSpan> LookAsync(CancellationToken stopping)
    {
        DateTimeOffset now = time.GetUtcNow();
        List<(QwkId? Account, Suspension Suspension)> all = await AllAsync(stopping);
        List<(QwkId? Account, Suspension Suspension)> ended =
        [
            .. all.Where(one => one.Suspension.Until is { } end && end <= now && end > (_looked ?? now)),
        ];
        if (_looked is null || ended.Count > 0)
        {
            // After a crash: a suspension that is in force may have come to a part of the queue only.
            foreach ((QwkId? account, Suspension suspension) in all.Where(one => one.Suspension.IsInForce(now)))
                await StopAsync(account, suspension, stopping);
            await ReleaseAsync(stopping);
        }

        foreach ((QwkId? account, Suspension suspension) in ended)
            await audit.NoteAsync(
                new AuditEntry(now, Operator.Itself, "suspension ended", account?.Text ?? "relaying", suspension.Reason),
                stopping
            );
        _looked = now;
        TimeSpan? next = all.Where(one => one.Suspension.Until > now).Min(one => one.Suspension.Until - now);
        return next < LongestSleep ? next.Value : LongestSleep;
    }

    private async Task<List<(QwkId? Account, Suspension Suspension)>> AllAsync(CancellationToken ct)
    {
        var all = new List<(QwkId?, Suspension)>();
        if (await accounts.FindRelayingSuspensionAsync(ct) is { } relaying)
            all.Add((null, relaying));
        foreach (Account account in await accounts.ListAsync(ct))
            if (account.Suspension is { } suspension)
                all.Add((account.Id, suspension));
        return all;
    }

    /// <summary>A portion at a time: what others submit meanwhile is not to wait for all of it.</summary>
    private Task<int> StopAsync(QwkId? account, Suspension suspension, CancellationToken ct) =>
        StopAsync(account, suspension, SuspensionList.Why(account, suspension), ct);

    private async Task<int> StopAsync(QwkId? account, Suspension suspension, string why, CancellationToken ct)
    {
        if (suspension.Queued == QueuedMail.Send)
            return 0;
        int changed = 0;
        long from = 0;
        while (await queue.StopAsync(account?.Text, suspension, why, from, time.GetUtcNow(), ct) is { Count: > 0 } entries)
        {
            changed += entries.Count;
            from = entries[^1].MessageNumber;
            if (suspension.Queued == QueuedMail.Bounce)
                await BounceAsync(entries, suspension, why, ct);
        }

        return changed;
    }

    private async Task BounceAsync(IReadOnlyList<QueueEntry> entries, Suspension suspension, string why, CancellationToken ct)
    {
        foreach (IGrouping<string, QueueEntry> message in entries.GroupBy(entry => entry.Id, StringComparer.Ordinal))
        {
            if (message.First().Accepted <= suspension.Since && await queue.FindAsync(message.Key, ct) is { } story)
                await bounce(story, [.. message.Select(entry => entry.RecipientNumber)], why, ct);
        }
    }

    private async Task<int> ReleaseAsync(CancellationToken ct)
    {
        int released = await queue.ReleaseStoppedAsync(time.GetUtcNow(), ct);
        if (released > 0)
            scheduler.Wake();
        return released;
    }

    private async Task SleepAsync(TimeSpan sleep, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(sleep, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            await _changed.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to look, or to stop.
        }
    }
}
