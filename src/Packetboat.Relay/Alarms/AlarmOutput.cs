using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Alarms;

/// <summary>
/// One way of telling of alarms. It takes the events in their order from the durable list and remembers how far it has come once they are
/// taken: each is told at least once, over restarts too, and whoever is told twice knows it by the id. A receiver that does not answer is
/// tried again, ever less often, and keeps nobody waiting but this output.
/// </summary>
public abstract class AlarmOutput : BackgroundService
{
    /// <summary>Between two looks where nothing is new.</summary>
    internal static readonly TimeSpan Tick = TimeSpan.FromMinutes(1);

    /// <summary>After the first failure; it doubles.</summary>
    internal static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>For one event, all in all.</summary>
    internal static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <summary>After that the other outputs tell of it.</summary>
    internal static readonly TimeSpan Troubled = TimeSpan.FromMinutes(15);

    private const int Portion = 100;

    private readonly IAlarmStore _store;
    private readonly MailLog _log;
    private readonly Channel<bool> _kick = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }
    );
    private int _failures;
    private DateTimeOffset? _failingSince;
    private bool _hasWorked; // in this run

    private protected AlarmOutput(string name, IAlarmStore store, MailLog log, TimeProvider time)
    {
        (Name, _store, _log, Time) = (name, store, log, time);
        _store.AlarmsChanged += () => _kick.Writer.TryWrite(false);
    }

    /// <summary>A word; how far it has come is kept under it.</summary>
    public string Name { get; }

    private protected TimeProvider Time { get; }

    private protected IAlarmStore Store => _store;

    private protected MailLog Log => _log;

    /// <summary>Whether the settings want it.</summary>
    private protected abstract bool IsOn { get; }

    private string AlarmKey => $"{AlarmCatalogue.Output.Prefix}:{Name}";

    /// <summary>The settings have changed: what failed may work now.</summary>
    public void Wake() => _kick.Writer.TryWrite(true);

    /// <summary>There is something to attend to.</summary>
    private protected void Nudge() => _kick.Writer.TryWrite(false);

    /// <summary>Tells of one event.</summary>
    /// <returns>Why it was not taken, without a secret; null: it was.</returns>
    private protected abstract Task<string?> SendAsync(AlarmEvent happened, CancellationToken ct);

    /// <summary>What is to be done each time, whether there is something to tell or not.</summary>
    /// <returns>Why it cannot be; null: it was done.</returns>
    private protected virtual Task<string?> AttendAsync(CancellationToken ct) => Task.FromResult<string?>(null);

    /// <summary>The settings do not want it any more.</summary>
    private protected virtual Task RestAsync() => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan pause = Tick;
            try
            {
                pause = await TurnAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                _log.OutputFault(Name, fault);
            }

            await WaitAsync(pause, stoppingToken);
        }
    }

    /// <summary>Tells of all that is new.</summary>
    /// <returns>How long to wait before the next look.</returns>
    internal async Task<TimeSpan> TurnAsync(CancellationToken ct)
    {
        long seen = await _store.SeenAsync(Name, ct) ?? 0;
        if (!IsOn)
        {
            await RestAsync();
            await SkipAsync(seen, ct);
            return Tick;
        }

        string? failure = await WithinDeadlineAsync(AttendAsync, ct);
        while (failure is null)
        {
            IReadOnlyList<AlarmEvent> events = await _store.AlarmEventsAsync(seen, Portion, ct);
            foreach (AlarmEvent happened in events)
            {
                failure = await WithinDeadlineAsync(late => SendAsync(happened, late), ct);
                if (failure is not null)
                    break;
                seen = happened.Number;
                await _store.NoteSeenAsync(Name, seen, ct);
            }

            if (events.Count < Portion)
                break;
        }

        return failure is null ? await WorkedAsync(ct) : await FailedAsync(failure, ct);
    }

    private async Task<string?> WithinDeadlineAsync(Func<CancellationToken, Task<string?>> act, CancellationToken stopping)
    {
        using var late = new CancellationTokenSource(Deadline, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        try
        {
            return await act(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return $"no answer within {Deadline.TotalSeconds:0} seconds";
        }
    }

    /// <summary>Whoever switches it on is told of what happens from then on.</summary>
    private async Task SkipAsync(long seen, CancellationToken ct)
    {
        IReadOnlyList<AlarmEvent> events = await _store.AlarmEventsAsync(seen, IAlarmStore.MaxEvents, ct);
        if (events.Count > 0)
            await _store.NoteSeenAsync(Name, events[^1].Number, ct);
        if (_failures > 0 || !_hasWorked)
            await WorkedAsync(ct);
    }

    private async Task<TimeSpan> WorkedAsync(CancellationToken ct)
    {
        if (_failures > 0)
            _log.OutputWorks(Name);
        // The alarm may be from an earlier run.
        bool mayHaveAlarm = _failures > 0 || !_hasWorked;
        (_failures, _failingSince, _hasWorked) = (0, null, true);
        if (mayHaveAlarm && await HasAlarmAsync(ct))
        {
            await _store.ClearAlarmAsync(AlarmKey, ct);
            _log.AlarmCleared(AlarmKey);
        }

        return Tick;
    }

    private async Task<TimeSpan> FailedAsync(string failure, CancellationToken ct)
    {
        DateTimeOffset now = Time.GetUtcNow();
        string reason = Protocol.PrintableText.Of(failure, 300);
        if (_failures++ == 0)
            _log.OutputFailed(Name, reason);
        _failingSince ??= now;
        if (now - _failingSince >= Troubled && !await HasAlarmAsync(ct))
        {
            string text =
                $"alarms are not taken by the {Name} since {_failingSince:yyyy-MM-dd HH:mm} UTC: {reason}. It is tried again; the last {IAlarmStore.MaxEvents} events are kept for it";
            await _store.RaiseAlarmAsync(new Alarm(AlarmKey, now, text), ct);
            _log.AlarmRaised(AlarmKey, text);
        }

        TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(_failures - 1, 20));
        return pause < LongestPause ? pause : LongestPause;
    }

    private async Task<bool> HasAlarmAsync(CancellationToken ct) =>
        (await _store.AlarmsAsync(ct)).Any(alarm => alarm.Key == AlarmKey);

    /// <summary>While it fails news do not make it try again sooner.</summary>
    private async Task WaitAsync(TimeSpan pause, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(pause, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            bool isWoken;
            do isWoken = await _kick.Reader.ReadAsync(either.Token);
            while (_failures > 0 && !isWoken);
        }
        catch (OperationCanceledException)
        {
            // Time to look, or to stop.
        }
    }
}
