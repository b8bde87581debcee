using System.Globalization;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Alarms;

/// <summary>
/// Looks once a minute for what nobody comes across by himself: old mail, a certificate that ends, a disk that fills while no mail comes, a
/// clock that jumps, relaying that somebody has suspended and forgotten. Whoever finds something on his way raises it himself.
/// </summary>
public sealed class AlarmWatch : PeriodicService
{
    internal static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    /// <summary>Less than this is a clock being disciplined.</summary>
    internal static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(10);

    /// <summary>More than this forward. A machine that slept for less jumps too, and is right.</summary>
    internal static readonly TimeSpan ClockLeap = TimeSpan.FromHours(12);

    /// <summary>A jump is over when it was; it is told of for so long.</summary>
    internal static readonly TimeSpan JumpStands = TimeSpan.FromHours(1);

    private const string JumpKey = "clock:jump";
    private const string CertificateKey = "certificate";
    private const string QueueKey = "queue:old";
    private const string RelayingKey = "relaying";

    private readonly IAlarmStore _store;
    private readonly IAccountStore _accounts;
    private readonly IReadOnlyList<Reserve> _reserves;
    private readonly ClockComparison _clocks;
    private readonly Func<AlarmWatchSettings> _settings;
    private (DateTimeOffset Wall, long Timestamp) _lastLook;

    public AlarmWatch(
        IAlarmStore store,
        IAccountStore accounts,
        IReadOnlyList<Reserve> reserves,
        ClockComparison clocks,
        Func<AlarmWatchSettings> settings,
        MailLog log,
        TimeProvider time
    )
        : base(Step, log, time)
    {
        (_store, _accounts, _reserves, _clocks, _settings) = (store, accounts, reserves, clocks, settings);
        _lastLook = (time.GetUtcNow(), time.GetTimestamp());
    }

    /// <summary>Everything, once.</summary>
    protected internal override async Task LookAsync(CancellationToken ct)
    {
        // Asking is what makes it raise its alarm, or end it.
        foreach (Reserve reserve in _reserves)
            _ = reserve.Refusal;
        await _store.SettleAlarmsAsync(ct);
        IReadOnlyList<Alarm> open = await _store.AlarmsAsync(ct);
        AlarmWatchSettings settings = _settings();
        DateTimeOffset now = Time.GetUtcNow();
        await JudgeAsync(open, QueueKey, AlarmCatalogue.QueueOld, await QueueTextAsync(settings, now, ct), ct);
        await MindCertificatesAsync(open, settings, now, ct);
        await JudgeAsync(open, RelayingKey, AlarmCatalogue.RelayingSuspended, await RelayingTextAsync(now, ct), ct);
        await MindTheClockAsync(open, now, ct);
    }

    private async Task<string?> QueueTextAsync(AlarmWatchSettings settings, DateTimeOffset now, CancellationToken ct)
    {
        if (settings.QueueAge <= TimeSpan.Zero || await _store.OldestWaitingAsync(ct) is not { } oldest)
            return null;
        return now - oldest >= settings.QueueAge
            ? $"the oldest message waits since {Minute(oldest)}. See: packetboat queue list"
            : null;
    }

    /// <summary>The server's own, and those that relays are shown; one that the settings name no more is nobody's concern.</summary>
    private async Task MindCertificatesAsync(
        IReadOnlyList<Alarm> open,
        AlarmWatchSettings settings,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        string shown = $"{CertificateKey}:";
        (string Key, WatchedCertificate Certificate)[] watched =
        [
            (CertificateKey, new WatchedCertificate(settings.CertificateFile, "a restart would fail")),
            .. settings.ClientCertificates.Select(file =>
                (shown + file, new WatchedCertificate(file, "no relay can be shown it"))
            ),
        ];
        foreach ((string key, WatchedCertificate certificate) in watched)
        {
            (AlarmKind kind, string? text) = certificate.Judge(now, settings.ExpiryNotice);
            await JudgeAsync(open, key, kind, text, ct);
        }

        foreach (Alarm gone in open.Where(alarm => alarm.Key.StartsWith(shown, StringComparison.Ordinal)))
            if (!Array.Exists(watched, one => one.Key == gone.Key))
                await JudgeAsync(open, gone.Key, AlarmCatalogue.CertificateExpires, text: null, ct);
    }

    private async Task<string?> RelayingTextAsync(DateTimeOffset now, CancellationToken ct) =>
        await _accounts.FindRelayingSuspensionAsync(ct) is { } suspension && suspension.IsInForce(now)
            ? $"all relaying is suspended since {Minute(suspension.Since)}{suspension.Describe()}. See: packetboat relaying status"
            : null;

    private async Task MindTheClockAsync(IReadOnlyList<Alarm> open, DateTimeOffset now, CancellationToken ct)
    {
        TimeSpan jump = now - (_lastLook.Wall + Time.GetElapsedTime(_lastLook.Timestamp));
        _lastLook = (now, Time.GetTimestamp());
        if (jump < -ClockTolerance || jump > ClockLeap)
        {
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"the clock jumped {(jump < TimeSpan.Zero ? "back" : "forward")} by {jump.Duration().TotalSeconds:0} s, to {Minute(now)}. Let a time service keep it"
            );
            await JudgeAsync(open, JumpKey, AlarmCatalogue.Clock, text, ct);
        }
        // Set back once more, an alarm may be from the future.
        else if (
            open.FirstOrDefault(alarm => alarm.Key == JumpKey) is { } stands
            && (now - stands.Raised).Duration() >= JumpStands
        )
            await JudgeAsync(open, JumpKey, AlarmCatalogue.Clock, text: null, ct);
        string compared = $"{AlarmCatalogue.Clock.Prefix}:";
        await _clocks.EndOldAsync(
            open.Where(alarm => alarm.Key != JumpKey && alarm.Key.StartsWith(compared, StringComparison.Ordinal)),
            ct
        );
    }

    /// <summary>Writes only what changes.</summary>
    /// <param name="open">The alarms that are open.</param>
    /// <param name="key">Of this one.</param>
    /// <param name="kind">Of it.</param>
    /// <param name="text">What is wrong; null: nothing is.</param>
    /// <param name="ct">Ends the waiting.</param>
    private async Task JudgeAsync(IReadOnlyList<Alarm> open, string key, AlarmKind kind, string? text, CancellationToken ct)
    {
        Alarm? known = open.FirstOrDefault(alarm => alarm.Key == key);
        if (text is null)
        {
            if (known is null)
                return;
            await _store.ClearAlarmAsync(key, ct);
            Log.AlarmCleared(key);
            return;
        }

        string printable = Protocol.PrintableText.Of(text, 2000);
        if (known?.Text == printable && known.Kind == kind.Id)
            return;
        await _store.RaiseAlarmAsync(new Alarm(key, Time.GetUtcNow(), printable, kind.Id), ct);
        if (known?.Kind != kind.Id)
            Log.AlarmRaised(key, printable);
    }

    internal static string Minute(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}

/// <param name="QueueAge"><c>QueueAge</c>; zero: never.</param>
/// <param name="ExpiryNotice"><c>ExpiryNotice</c>.</param>
/// <param name="CertificateFile">The certificate that other hosts see.</param>
public sealed record AlarmWatchSettings(TimeSpan QueueAge, TimeSpan ExpiryNotice, string CertificateFile)
{
    /// <summary>Files of the certificates that relays are shown.</summary>
    public IReadOnlyList<string> ClientCertificates { get; init; } = [];
}
