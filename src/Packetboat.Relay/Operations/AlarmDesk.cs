using Packetboat.Relay.Alarms;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>What operators do with alarms.</summary>
public sealed class AlarmDesk(IAlarmStore store, IAuditStore audit, TimeProvider time)
{
    private const int MaxKey = 500;

    public async Task<IReadOnlyList<AlarmRow>> ListAsync(CancellationToken ct) =>
        [
            .. (await store.AlarmsAsync(ct))
                .Select(AlarmRow.Of)
                .OrderByDescending(alarm => alarm.Severity)
                .ThenBy(alarm => alarm.Raised),
        ];

    public async Task<IReadOnlyList<AlarmEventRow>> HistoryAsync(int limit, CancellationToken ct)
    {
        IReadOnlyList<AlarmEvent> events = await store.AlarmEventsAsync(0, IAlarmStore.MaxEvents, ct);
        return [.. events.Reverse().Take(limit).Select(e => new AlarmEventRow(e.At, e.Word, e.Key, e.Kind.Id, e.Text))];
    }

    public async Task<Result<Done>> ClearAsync(string key, string reason, Operator who, CancellationToken ct)
    {
        if (!await store.DismissAlarmAsync(key, ct))
            return new Refusal(Protocol.PrintableText.Of(key, MaxKey), "no such alarm is open", "See: packetboat alarm list");
        await audit.NoteAsync(
            new AuditEntry(
                time.GetUtcNow(),
                who,
                "alarm clear",
                Protocol.PrintableText.Of(key, MaxKey),
                Protocol.PrintableText.Of(reason, 500)
            ),
            ct
        );
        return new Done($"alarm {key} is cleared; if it is still so, it comes back");
    }

    public async Task<Result<Done>> TestAsync(Operator who, CancellationToken ct)
    {
        string key = AlarmCatalogue.Test.Prefix;
        var test = new Alarm(
            key,
            time.GetUtcNow(),
            $"{who.Name} tries whether alarms arrive; nothing is wrong",
            AlarmCatalogue.Test.Id
        );
        await store.RaiseAlarmAsync(test, ct);
        await store.DismissAlarmAsync(key, ct);
        await audit.NoteAsync(new AuditEntry(time.GetUtcNow(), who, "alarm test", key, ""), ct);
        return new Done("an alarm was raised and cleared; it goes to the webhook and the broker, if there are any");
    }
}
