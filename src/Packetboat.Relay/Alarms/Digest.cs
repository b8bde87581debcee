using System.Text;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Alarms;

/// <summary>
/// Sends the digest once a day, from <c>DigestHour</c> on; a server that did not run then sends it when it does. Which day had one is on
/// the disk. It goes out like all mail, and so is the one way of telling that must not be the only one.
/// </summary>
public sealed class Digest(
    Func<DigestSettings?> settings,
    IAlarmStore alarms,
    IDigestStore store,
    IOperations operations,
    MailLog log,
    TimeProvider time
) : PeriodicService(Step, log, time)
{
    internal static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    private const string Name = "digest";
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Sends it if it is time.</summary>
    protected internal override async Task LookAsync(CancellationToken ct)
    {
        if (settings() is not { } now)
            return;
        DateTimeOffset local = Time.GetLocalNow();
        int today = DateOnly.FromDateTime(local.DateTime).DayNumber;
        long? last = await alarms.SeenAsync(Name, ct);
        if (local.Hour < now.Hour || last == today)
            return;
        // Whoever has just switched it on expects it tomorrow. And a clock that was set back has no second day.
        if (last is null || last > today)
        {
            await alarms.NoteSeenAsync(Name, today, ct);
            return;
        }

        if (await SendAsync(now, ct))
            await alarms.NoteSeenAsync(Name, today, ct);
    }

    /// <returns>Whether the day is done with.</returns>
    private async Task<bool> SendAsync(DigestSettings now, CancellationToken ct)
    {
        DateTimeOffset until = Time.GetUtcNow();
        var report = new DigestReport(
            until - Day,
            until,
            await store.CountDoneAsync(until - Day, until, ct),
            await operations.StatusAsync(ct),
            await AccountsAsync(ct)
        );
        if (report.IsEmpty)
            return true;
        using var content = new MemoryStream(Encoding.ASCII.GetBytes(report.Compose(now.To, now.Domain)));
        // The null sender: what cannot be delivered comes back to nobody. RFC 5321 §4.5.5.
        Result<Submitted> result = await operations.SubmitAsync(new Submission("", [now.To], "packetboat"), content, ct);
        if (result.Refusal is { } refusal)
        {
            Log.DigestFailed(refusal.ToString());
            return false;
        }

        Log.DigestSent(now.To, result.Value!.Id);
        return true;
    }

    /// <summary>A list of accounts has no limits in it; the day's report is about who is near his.</summary>
    private async Task<IReadOnlyList<AccountRow>> AccountsAsync(CancellationToken ct)
    {
        var accounts = new List<AccountRow>();
        foreach (AccountRow account in await operations.ListAccountsAsync(ct))
            accounts.Add(account with { Limits = (await operations.ShowLimitsAsync(account.Id, ct)).Value?.Limits });
        return accounts;
    }
}

/// <param name="To">An address.</param>
/// <param name="Hour">From which on, local time.</param>
/// <param name="Domain">That it is written from.</param>
public sealed record DigestSettings(string To, int Hour, string Domain);
