using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Does what limits demand besides a refusal: tells the operator, suspends, lets go what waits for its counter, and takes an alarm back when
/// the hour or the day is over that it was about.
/// </summary>
public sealed class LimitKeeper(
    IAccountStore accounts,
    IQueueStore queue,
    ILimitStore limits,
    SendingUsage usage,
    IScheduler scheduler,
    SuspensionKeeper suspensions,
    IAuditStore audit,
    MailLog log,
    TimeProvider time
) : BackgroundService
{
    private const string AlarmPrefix = "limit:";
    private const int Portion = 200;

    /// <summary>The clock may be set while nobody looks.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly SemaphoreSlim _alarms = new(1);

    /// <summary>Of an alarm about an account's limit.</summary>
    public static string AlarmKey(QwkId id, AccountLimit limit) => $"{AlarmPrefix}{id}:{limit}";

    private async ValueTask<bool> IsSuspendedAsync(QwkId id) =>
        (await accounts.FindAsync(id.LoginForm, CancellationToken.None))?.Account.Suspension is { } order
        && !(order.Until <= time.GetUtcNow());

    /// <summary>The operator is told once for each hour or day, and the account is stopped where he wants that.</summary>
    public async Task ReachedAsync(QwkId id, LimitReached reached)
    {
        try
        {
            // The operator's own order, with its reason and end, is not to be replaced by ours.
            bool stops = reached.Rule.Action == LimitAction.Suspend && !await IsSuspendedAsync(id);
            await RaiseAsync(id, reached);
            await audit.NoteAsync(
                new AuditEntry(
                    time.GetUtcNow(),
                    Operator.Itself,
                    stops ? "account suspend" : "limit reached",
                    id.Text,
                    $"{reached.Describe()}: {reached.Rule.Action.Word()}"
                ),
                CancellationToken.None
            );
            if (stops)
                await suspensions.SuspendAsync(
                    id,
                    new Suspension(reached.Describe(), time.GetUtcNow(), Until: null),
                    CancellationToken.None
                );
        }
        catch (Exception fault) when (fault is IOException or System.Data.Common.DbException)
        {
            log.ServiceFault(nameof(LimitKeeper), fault);
        }
    }

    /// <summary>An account has other limits now: what waits for it is looked at again.</summary>
    public async Task ChangedAsync(QwkId id, CancellationToken ct)
    {
        DateTimeOffset now = time.GetUtcNow();
        await limits.DelayAsync(id.Text, DateTimeOffset.MaxValue, now, ct);
        await ReleaseAsync(ct);
        _changed.Writer.TryWrite(true);
    }

    /// <summary>Lets go what its counters allow; returns how many messages that is.</summary>
    public async Task<int> ReleaseAsync(CancellationToken ct)
    {
        int released = 0;
        DateTimeOffset now = time.GetUtcNow();
        while (await limits.FindStoppedAsync(now, Portion, ct) is { Count: > 0 } waiting)
        {
            var closed = new HashSet<string>(StringComparer.Ordinal);
            foreach (DelayedMail mail in waiting.Where(mail => !closed.Contains(mail.Account)))
                if (await LetGoAsync(mail, now, ct) is { } later)
                {
                    // In the order in which it was taken: what came later waits too.
                    closed.Add(mail.Account);
                    await limits.DelayAsync(mail.Account, now, later, ct);
                }
                else
                    released++;
        }

        if (released > 0)
            scheduler.Wake();
        return released;
    }

    public override void Dispose()
    {
        _alarms.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ClearAsync(stoppingToken);
                await ReleaseAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                log.ServiceFault(nameof(LimitKeeper), fault);
            }

            await SleepAsync(stoppingToken);
        }
    }

    /// <summary>Takes back the alarms whose hour or day is over, or whose account is gone. One that has suspended the account, or has held mail, waits for the operator.</summary>
    public async Task ClearAsync(CancellationToken ct)
    {
        DateTimeOffset now = time.GetUtcNow();
        await _alarms.WaitAsync(ct);
        try
        {
            foreach (Alarm alarm in await queue.AlarmsAsync(ct))
                if (Read(alarm.Key) is { } about && await IsOverAsync(about.Id, about.Limit, alarm.Raised, now, ct))
                {
                    await queue.ClearAlarmAsync(alarm.Key, ct);
                    log.AlarmCleared(alarm.Key);
                }
        }
        finally
        {
            _alarms.Release();
        }
    }

    private async Task RaiseAsync(QwkId id, LimitReached reached)
    {
        // One of an hour that is over would keep its time, and be taken back too soon.
        await ClearAsync(CancellationToken.None);
        string key = AlarmKey(id, reached.Limit);
        string fate = reached.Rule.Action switch
        {
            LimitAction.Delay => "waits until it allows more",
            LimitAction.Hold => $"is held. See: packetboat queue list --account {id}",
            LimitAction.Suspend => $"is stopped, the account is suspended. See: packetboat account limits {id}",
            _ => $"is deferred. See: packetboat account limits {id}",
        };
        string text = $"account {id} {reached.Describe()}; its mail {fate}";
        log.AlarmRaised(key, text);
        await queue.RaiseAlarmAsync(new Alarm(key, time.GetUtcNow(), text), CancellationToken.None);
    }

    private async Task<bool> IsOverAsync(
        QwkId id,
        AccountLimit limit,
        DateTimeOffset raised,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (await accounts.FindAsync(id.LoginForm, ct) is not { } found)
            return true;
        var then = new UsageCounters(UsageCounters.HourOf(raised));
        if (now < (limit.Ends(then) ?? then.DayEnds) && raised <= now)
            return false;
        bool isStopped =
            found.Account.Suspension is { } one
            && one.IsInForce(now)
            && one.Reason.Contains(limit.ToString(), StringComparison.Ordinal);
        return !isStopped && !limits.HasHeld(id);
    }

    private static (QwkId Id, AccountLimit Limit)? Read(string key)
    {
        string[] parts = key.Split(':');
        return
            parts is ["limit", var name, var limit]
            && QwkId.TryParse(name, out QwkId? id, out _)
            && Enum.TryParse(limit, out AccountLimit which)
            ? (id, which)
            : null;
    }

    /// <returns>When it is to be looked at again; null: it is on its way.</returns>
    private async Task<DateTimeOffset?> LetGoAsync(DelayedMail mail, DateTimeOffset now, CancellationToken ct)
    {
        UsageReservation? reservation = null;
        if (await accounts.FindAsync(QwkId.LoginFormOf(mail.Account), ct) is { Account.Id: var id })
        {
            var outgoing = new OutgoingMail(mail.Recipients, mail.IsReport, IsQueued: true);
            if (usage.TryReserve(id, outgoing, out reservation) is { } reached)
                return reached.Ends ?? new UsageCounters(UsageCounters.HourOf(now)).HourEnds;
        }

        try
        {
            await limits.LetGoAsync(mail.Message, now, reservation, ct);
        }
        catch
        {
            reservation?.Cancel();
            throw;
        }

        return null;
    }

    private async Task SleepAsync(CancellationToken stopping)
    {
        DateTimeOffset now = time.GetUtcNow();
        TimeSpan toHour = new UsageCounters(UsageCounters.HourOf(now)).HourEnds - now;
        using var patience = new CancellationTokenSource(toHour < LongestSleep ? toHour : LongestSleep, time);
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
