using System.Net;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Doctor;

/// <summary>
/// Asks the block lists, several times a day, for the addresses that receivers see mail come from: who is listed hears of it before the mail
/// comes back. One alarm an address. That a list does not answer means nothing.
/// </summary>
/// <param name="addresses">From which mail leaves; where that is not known, nothing is asked.</param>
/// <param name="resolver">That is asked.</param>
/// <param name="pause">Between two looks, <c>ListingCheck</c>; zero: never.</param>
/// <param name="store">For the alarms.</param>
/// <param name="log">For them too.</param>
/// <param name="time">The clock.</param>
public sealed class ListingWatch(
    SendingAddresses addresses,
    IResolver resolver,
    Func<TimeSpan> pause,
    IAlarmStore store,
    MailLog log,
    TimeProvider time
) : PeriodicService(Step, log, time)
{
    private const int MostAddresses = 8;
    private const string AlarmPrefix = "listed:";

    private static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    private long? _looked;

    internal static string AlarmKey(IPAddress address) => AlarmPrefix + address;

    protected internal override async Task LookAsync(CancellationToken ct)
    {
        TimeSpan between = pause();
        if (between > TimeSpan.Zero && _looked is { } last && Time.GetElapsedTime(last) < between)
            return;
        _looked = Time.GetTimestamp();
        IPAddress[] ours = between > TimeSpan.Zero ? await OursAsync(ct) : [];
        IReadOnlyList<Alarm> open = await store.AlarmsAsync(ct);
        // An address that we leave from no more is nobody's trouble.
        foreach (Alarm alarm in open.Where(alarm => alarm.Key.StartsWith(AlarmPrefix, StringComparison.Ordinal)))
            if (!ours.Any(address => AlarmKey(address) == alarm.Key))
                await ClearAsync(alarm.Key, ct);
        foreach (IPAddress address in ours)
            await JudgeAsync(address, open.FirstOrDefault(alarm => alarm.Key == AlarmKey(address)), ct);
    }

    private async Task<IPAddress[]> OursAsync(CancellationToken ct)
    {
        (IReadOnlyList<IPAddress> found, _) = await addresses.FindAsync(ct);
        return [.. found.Where(AddressRules.IsPublic).Take(MostAddresses)];
    }

    private async Task JudgeAsync(IPAddress address, Alarm? known, CancellationToken ct)
    {
        BlocklistEntry?[] entries = await Task.WhenAll(Blocklist.All.Select(list => list.AskAsync(resolver, address, ct)));
        BlocklistEntry[] listed = [.. entries.OfType<BlocklistEntry>().Where(entry => entry.Kind != BlocklistAnswer.Unusable)];
        if (listed.Length == 0)
        {
            // The list that named it may be silent now: only those that answer can take it back.
            if (known is not null && entries.All(entry => entry is null))
                await ClearAsync(known.Key, ct);
            return;
        }

        string lists = string.Join("; ", listed.Select(entry => $"{entry.List.Name}: {entry.Words}"));
        string text = $"{address}, from which mail leaves, is listed. {lists}. See: {listed[0].List.Query}";
        if (known?.Text == text)
            return;
        string key = AlarmKey(address);
        await store.RaiseAlarmAsync(new Alarm(key, Time.GetUtcNow(), text, AlarmCatalogue.Listed.Id), ct);
        if (known is null)
            Log.AlarmRaised(key, text);
    }

    private async Task ClearAsync(string key, CancellationToken ct)
    {
        await store.ClearAlarmAsync(key, ct);
        Log.AlarmCleared(key);
    }
}
