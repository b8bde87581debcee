using Packetboat.Protocol.Dns;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Looks in the DNS for the tokens by which accounts prove their domains: soon after a domain was added, and once a day from then on. A token
/// that is missed costs the domain only when it has been missed for <see cref="AccountDomain.Grace"/>, and an alarm says so from the
/// beginning. That the DNS does not answer is nobody's fault and changes nothing.
/// </summary>
public sealed class DomainProofs(
    IAccountStore accounts,
    IResolver resolver,
    IQueueStore store,
    IAuditStore audit,
    MailLog log,
    TimeProvider time
) : PeriodicService(Step, log, time)
{
    /// <summary>For a record that is to appear soon, in the first day.</summary>
    public static readonly TimeSpan SoonPause = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan DailyPause = TimeSpan.FromDays(1);

    /// <summary>After that a record that never appeared is looked for as seldom as one that has disappeared.</summary>
    private static readonly TimeSpan SoonFor = TimeSpan.FromDays(1);
    private static readonly TimeSpan LatePause = TimeSpan.FromHours(1);
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    /// <summary>Looks now, whenever the last look was.</summary>
    /// <returns>As the domain stands afterwards.</returns>
    public async Task<AccountDomain> CheckAsync(AccountDomain domain, CancellationToken ct)
    {
        if (domain.Token is null)
            return domain;
        resolver.Forget(domain.RecordName);
        DnsAnswer<string> answer = await resolver.TextAsync(domain.RecordName, ct);
        if (answer is DnsAnswer<string>.TemporaryFailure)
            return domain;
        bool isThere = answer is DnsAnswer<string>.Found found && found.Records.Any(text => text.Trim() == domain.RecordText);
        AccountDomain now = Judge(domain, isThere, Time.GetUtcNow());
        // It may have been removed, or added anew with another token, while the DNS was asked.
        if (!await accounts.UpdateDomainAsync(now, ct))
            return domain;
        if (now.State != domain.State)
            await AnnounceAsync(now, ct);
        return now;
    }

    /// <summary>What an answer makes of a domain.</summary>
    internal static AccountDomain Judge(AccountDomain domain, bool isThere, DateTimeOffset now)
    {
        if (isThere)
            return domain with { Proven = domain.Proven ?? now, Checked = now, FailingSince = null };
        if (domain.Proven is null)
            return domain with { Checked = now };
        DateTimeOffset since = domain.FailingSince ?? now;
        return domain with
        {
            Checked = now,
            FailingSince = since,
            Proven = now - since >= AccountDomain.Grace ? null : domain.Proven,
        };
    }

    internal static string AlarmKey(AccountDomain domain) => $"domain:{domain.Account}:{domain.Name}";

    protected internal override async Task LookAsync(CancellationToken ct)
    {
        DateTimeOffset now = Time.GetUtcNow();
        foreach (Account account in await accounts.ListAsync(ct))
        {
            if (await accounts.FindAsync(account.Id.LoginForm, ct) is not { } found)
                continue;
            foreach (AccountDomain domain in found.Domains.Where(domain => IsDue(domain, now)))
                await CheckAsync(domain, ct);
        }
    }

    private static bool IsDue(AccountDomain domain, DateTimeOffset now)
    {
        if (domain.Token is null)
            return false;
        TimeSpan pause =
            domain.State is AccountDomainState.Proven ? DailyPause
            : now - domain.Added < SoonFor ? SoonPause
            : LatePause;
        // A clock that was set back must not put a check off.
        return domain.Checked is not { } last || now - last >= pause || last > now;
    }

    private async Task AnnounceAsync(AccountDomain domain, CancellationToken ct)
    {
        string what = domain.State.ToString().ToLowerInvariant();
        await audit.NoteAsync(
            new AuditEntry(Time.GetUtcNow(), Operator.Itself, $"domain {what}", domain.Account.Text, domain.Name),
            ct
        );
        string key = AlarmKey(domain);
        if (domain.State is AccountDomainState.Proven)
        {
            await store.ClearAlarmAsync(key, ct);
            Log.AlarmCleared(key);
            return;
        }

        string text =
            domain.State is AccountDomainState.Lost
                ? $"account {domain.Account} has lost {domain.Name}: TXT {domain.RecordName} was missed for {AccountDomain.Grace.TotalDays:0} days. Its mail from there is refused until the record is back"
                : $"account {domain.Account} will lose {domain.Name} on {domain.FailingSince + AccountDomain.Grace:yyyy-MM-dd}: TXT {domain.RecordName} \"{domain.RecordText}\" is missing. Have it put back, or say: packetboat account domain add {domain.Account} {domain.Name} --grant";
        await store.RaiseAlarmAsync(new Alarm(key, Time.GetUtcNow(), text), ct);
        Log.AlarmRaised(key, text);
    }
}
