using Packetboat.Relay.Configuration;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Tokens;

/// <summary>
/// Renews each token once a day although no mail needs it, so that it does not end because nobody used it and its trouble is known before mail
/// waits; and tells the operator by an alarm, which goes by itself.
/// </summary>
public sealed class TokenWatch(TokenKeeper keeper, Func<Settings> settings, IQueueStore store, MailLog log, TimeProvider time)
    : PeriodicService(Step, log, time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    /// <summary>Between two renewals that nobody needs.</summary>
    internal static readonly TimeSpan Exercise = TimeSpan.FromDays(1);

    /// <summary>After a renewal that may go better the next time.</summary>
    internal static readonly TimeSpan Again = TimeSpan.FromMinutes(5);

    /// <summary>For so long what passes by itself is nobody's trouble: a token that is in use lives as long.</summary>
    internal static readonly TimeSpan Passing = TimeSpan.FromHours(1);

    private const string AlarmPrefix = "token:";

    private readonly Dictionary<string, (TokenSettings As, long At, TimeSpan Pause)> _renewed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _passing = new(StringComparer.Ordinal); // since when

    internal static string AlarmKey(string name) => AlarmPrefix + name;

    protected internal override async Task LookAsync(CancellationToken ct)
    {
        Settings now = settings();
        foreach (TokenSettings token in now.Tokens)
        {
            if (keeper.MayRenew && IsDue(token))
                _renewed[token.Name] = (token, Time.GetTimestamp(), PauseAfter(await keeper.GetAsync(token, default, ct)));

            await SetAlarmAsync(AlarmKey(token.Name), WarningOf(token, now.Packetboat.ExpiryNotice), ct);
        }

        foreach (Alarm alarm in await store.AlarmsAsync(ct))
            if (
                alarm.Key.StartsWith(AlarmPrefix, StringComparison.Ordinal)
                && !now.Tokens.Any(one => AlarmKey(one.Name) == alarm.Key)
            )
                await SetAlarmAsync(alarm.Key, null, ct);
    }

    private bool IsDue(TokenSettings token) =>
        !_renewed.TryGetValue(token.Name, out var last) || last.As != token || Time.GetElapsedTime(last.At) >= last.Pause;

    private static TimeSpan PauseAfter(TokenAnswer answer) =>
        answer switch
        {
            TokenAnswer.Refused { IsFinal: false } => Again,
            // Somebody else than its giver may have said so: a proxy, or a page to sign in at on the way.
            TokenAnswer.Refused => Passing,
            _ => Exercise,
        };

    private string? WarningOf(TokenSettings token, TimeSpan notice)
    {
        TokenState state = keeper.StateOf(token);
        if (!state.IsPassing)
            _passing.Remove(token.Name);
        else if (_passing.TryAdd(token.Name, Time.GetTimestamp()) || Time.GetElapsedTime(_passing[token.Name]) < Passing)
            return null;
        if (state.Trouble.Length > 0)
            return $"the token {token.Name}: {state.Trouble}";
        return state.Ends is { } end && end - Time.GetUtcNow() <= notice
            ? $"the token {token.Name} ends at {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC. Say before: packetboat token sign-in {token.Name}"
            : null;
    }

    private async Task SetAlarmAsync(string key, string? text, CancellationToken ct)
    {
        Alarm? raised = (await store.AlarmsAsync(ct)).FirstOrDefault(alarm => alarm.Key == key);
        if (text is null && raised is not null)
        {
            await store.ClearAlarmAsync(key, ct);
            Log.AlarmCleared(key);
        }
        // Open already, it says from now on what is so now: one that was about to end is taken back.
        else if (text is not null && raised?.Text != text)
        {
            await store.RaiseAlarmAsync(new Alarm(key, Time.GetUtcNow(), text), ct);
            if (raised is null)
                Log.AlarmRaised(key, text);
        }
    }
}
