using System.Globalization;
using Microsoft.Extensions.Logging;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Signing;

/// <summary>
/// Takes each key of the data folder on its way: a new one signs once the DNS has its record, the one before it signs no more, and is removed
/// when no mail can be on its way that it signed. A record that has vanished while it is needed raises an alarm, and changes nothing else:
/// mail with a signature that cannot be verified is as good as mail without (RFC 6376 §6.1). That the DNS does not answer means nothing. A key
/// that has signed for long, and a file that is none, raise one too.
/// </summary>
public sealed partial class DkimKeyWatch(
    DkimKeyFolder folder,
    SystemSigningKey systemKey,
    IResolver resolver,
    IQueueStore store,
    IAuditStore audit,
    MailLog log,
    ILogger<DkimKeyWatch> events,
    TimeProvider time,
    Func<PacketboatSettings> settings
) : PeriodicService(Step, log, time)
{
    /// <summary>For a record that is to appear, or to come back, soon.</summary>
    public static readonly TimeSpan SoonPause = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan DailyPause = TimeSpan.FromDays(1);

    /// <summary>After that a record that never appeared is looked for less often.</summary>
    private static readonly TimeSpan SoonFor = TimeSpan.FromDays(1);
    private static readonly TimeSpan LatePause = TimeSpan.FromHours(1);
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    private const string AlarmPrefix = "dkim:";
    private const string OfAge = "/age";
    private const string Unreadable = "files";

    /// <summary>When each record is asked for again; by the clock that nobody sets.</summary>
    private readonly Dictionary<string, (long Looked, TimeSpan Pause)> _looked = new(StringComparer.Ordinal);

    internal static string AlarmKey(string recordName) => AlarmPrefix + recordName;

    /// <summary>Looks at what is due.</summary>
    protected internal override async Task LookAsync(CancellationToken ct)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        // In the order in which they were made: of two new ones the newer signs in the end.
        IReadOnlyList<StoredDkimKey> keys = folder.Read(out IReadOnlyList<string> faults);
        foreach (StoredDkimKey key in keys.OrderBy(key => key.Since))
        {
            names.UnionWith([key.RecordName, key.RecordName + OfAge]);
            await SetAlarmAsync(key.RecordName + OfAge, WarningOfAge(key), ct);
            if (IsOver(key))
                await RemoveAsync(key, ct);
            else if (IsDue(key.RecordName, key.State))
                await LookAsync(key, ct);
        }

        if (faults.Count > 0 && names.Add(Unreadable))
            await SetAlarmAsync(
                Unreadable,
                $"{faults.Count} in the folder of DKIM keys cannot be used, and {(faults.Count == 1 ? "signs" : "sign")} nothing: {faults[0]}",
                ct
            );
        if (systemKey.Key is { } system && names.Add(NameOf(system)) && IsDue(NameOf(system), DkimKeyState.Used))
            await LookAsync(NameOf(system), system.Key, DkimKeyState.Used, ct);
        await ForgetAsync(names, ct);
    }

    private static string NameOf(DkimSigningKey key) => $"{key.Selector}{DkimKeyFolder.Middle}{key.Domain}";

    private bool IsDue(string name, DkimKeyState state) =>
        !_looked.TryGetValue(Slot(name, state), out (long Looked, TimeSpan Pause) last)
        || Time.GetElapsedTime(last.Looked) >= last.Pause;

    /// <summary>A key that has come further is looked at anew.</summary>
    private static string Slot(string name, DkimKeyState state) => $"{state} {name}";

    private bool IsOver(StoredDkimKey key) =>
        key.State is DkimKeyState.Retiring && Time.GetUtcNow() >= key.Since + DkimKeyFolder.Overlap;

    private async Task RemoveAsync(StoredDkimKey key, CancellationToken ct)
    {
        if (folder.Retire(key, now: false) is not null)
            return;
        await SetAlarmAsync(key.RecordName, null, ct);
        await AnnounceAsync(key, "dkim remove", "no mail is on its way that it signed; its record may be taken away", ct);
    }

    private async Task LookAsync(StoredDkimKey key, CancellationToken ct)
    {
        DkimPublicationState found = await LookAsync(key.RecordName, key.Key, key.State, ct);
        if (key.State is not DkimKeyState.New)
            return;
        if (found is not DkimPublicationState.Published && Time.GetUtcNow() - key.Since >= SoonFor)
            _looked[Slot(key.RecordName, key.State)] = (Time.GetTimestamp(), LatePause);
        if (found is DkimPublicationState.Published && folder.Use(key))
            await AnnounceAsync(key, "dkim use", "its record is published", ct);
    }

    private async Task<DkimPublicationState> LookAsync(string name, DkimPrivateKey key, DkimKeyState state, CancellationToken ct)
    {
        DkimPublication found = await DkimPublication.OfAsync(resolver, name, key, ct);
        _looked[Slot(name, state)] = (
            Time.GetTimestamp(),
            found.State is DkimPublicationState.Published ? DailyPause : SoonPause
        );
        if (state is not DkimKeyState.New && found.State is not DkimPublicationState.Unknown)
            await SetAlarmAsync(
                name,
                found.State is DkimPublicationState.Published ? null : WarningOf(name, found, key, state),
                ct
            );
        return found.State;
    }

    private static string WarningOf(string name, DkimPublication found, DkimPrivateKey key, DkimKeyState state)
    {
        string what =
            state is DkimKeyState.Retiring
                ? "mail that it signed is still on its way, and will not be believed"
                : "mail that it signs is not believed";
        return $"the record of the DKIM key {name} is gone ({found.Words}): {what}. Publish TXT {name} \"{key.Record}\"";
    }

    /// <summary>Null: it is young, or does not sign.</summary>
    private string? WarningOfAge(StoredDkimKey key)
    {
        PacketboatSettings now = settings();
        DateTimeOffset old = key.Since + now.DkimKeyAge;
        // A new one is never too old already.
        TimeSpan notice = TimeSpan.FromTicks(Math.Min(now.ExpiryNotice.Ticks, now.DkimKeyAge.Ticks / 2));
        if (key.State is not DkimKeyState.Used || now.DkimKeyAge == TimeSpan.Zero || Time.GetUtcNow() < old - notice)
            return null;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"the DKIM key {key.RecordName} signs since {key.Since.UtcDateTime:yyyy-MM-dd}, and is to be replaced by {old.UtcDateTime:yyyy-MM-dd} (DkimKeyAge): packetboat dkim new {key.Domain}"
        );
    }

    private async Task SetAlarmAsync(string name, string? text, CancellationToken ct)
    {
        string key = AlarmKey(name);
        bool isRaised = (await store.AlarmsAsync(ct)).Any(alarm => alarm.Key == key);
        if (text is null == !isRaised)
            return;
        if (text is null)
        {
            await store.ClearAlarmAsync(key, ct);
            Log.AlarmCleared(key);
            return;
        }

        await store.RaiseAlarmAsync(new Alarm(key, Time.GetUtcNow(), text), ct);
        Log.AlarmRaised(key, text);
    }

    /// <summary>What is said of keys that are gone counts no more.</summary>
    private async Task ForgetAsync(HashSet<string> names, CancellationToken ct)
    {
        foreach (Alarm alarm in await store.AlarmsAsync(ct))
        {
            if (!alarm.Key.StartsWith(AlarmPrefix, StringComparison.Ordinal) || names.Contains(alarm.Key[AlarmPrefix.Length..]))
                continue;
            await store.ClearAlarmAsync(alarm.Key, ct);
            Log.AlarmCleared(alarm.Key);
        }

        foreach (
            string slot in _looked.Keys.Where(slot => !names.Contains(slot[(slot.IndexOf(' ', StringComparison.Ordinal) + 1)..]))
        )
            _looked.Remove(slot);
    }

    private async Task AnnounceAsync(StoredDkimKey key, string action, string why, CancellationToken ct)
    {
        LogKeyChanged(action, key.RecordName, why);
        await audit.NoteAsync(new AuditEntry(Time.GetUtcNow(), Operator.Itself, action, key.RecordName, why), ct);
    }

    [LoggerMessage(EventName = "signing key changed", Level = LogLevel.Information, Message = "{Action} {Key}: {Reason}")]
    private partial void LogKeyChanged(string action, string key, string reason);
}
