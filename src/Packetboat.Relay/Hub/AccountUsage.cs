using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Hub;

/// <summary>One account's counters, under one lock. Read from the store when it is first asked for.</summary>
internal sealed class AccountUsage(QwkId id, IUsageStore store, TimeProvider time)
{
    /// <summary>How often the queue is counted while it seems to be full: it is a look at all that waits.</summary>
    private static readonly TimeSpan QueueCount = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly (DateTimeOffset Ends, LimitRule Rule)?[] _told = new (DateTimeOffset, LimitRule)?[LimitWords.All.Count];
    private readonly RefusalPace _refusals = new(time);
    private UsageCounters? _used;
    private HashSet<long>? _known;
    private HashSet<string>? _networks;
    private IReadOnlyList<OwnLimit>? _own;
    private (AccountLimits Of, AccountLimits All)? _limits;

    // Never below what is queued. Messages that have left are noticed when it is reached.
    private long? _queued;
    private long _pending; // of these, not accepted yet
    private long _queueCounted;

    public UsageCounters Now()
    {
        lock (_lock)
            return At(UsageCounters.HourOf(time.GetUtcNow()));
    }

    /// <summary>As they are, for the row that is being written.</summary>
    public UsageCounters Current()
    {
        lock (_lock)
            return _used!;
    }

    public IReadOnlyList<OwnLimit> Own()
    {
        lock (_lock)
            return _own ??= store.ReadLimits(id);
    }

    public void SetOwn(IReadOnlyList<OwnLimit> own)
    {
        lock (_lock)
            (_own, _limits) = (own, null);
    }

    public AccountLimits Limits(AccountLimits ofAll)
    {
        lock (_lock)
        {
            if (_limits is { } known && ReferenceEquals(known.Of, ofAll))
                return known.All;
            AccountLimits all = ofAll.With(_own ??= store.ReadLimits(id));
            _limits = (ofAll, all);
            return all;
        }
    }

    /// <summary>What stops even one message to a recipient of old.</summary>
    public LimitReached? Exhausted(AccountLimits ofAll, bool isReport, out bool isNews)
    {
        lock (_lock)
        {
            AccountLimits limits = Limits(ofAll);
            UsageCounters before = Now();
            LimitReached? reached = FullQueue(limits) ?? limits.Exceeded(before, before.Plus(1, 1, 0, isReport ? 1 : 0));
            return Told(reached is { Rule.Stops: true } ? reached : null, out isNews);
        }
    }

    /// <param name="mail">What is to be counted.</param>
    /// <param name="ofAll">Everybody's limits.</param>
    /// <param name="reservation">Null where it is refused.</param>
    /// <param name="isNews">It is the first time in the hour or day that the limit is about.</param>
    public LimitReached? TryReserve(OutgoingMail mail, AccountLimits ofAll, out UsageReservation? reservation, out bool isNews)
    {
        (reservation, isNews) = (null, false);
        AccountLimits limits = Limits(ofAll);
        if (limits.AreNone)
            return null;
        int report = mail.IsReport ? 1 : 0;
        long[] keys =
            limits[AccountLimit.FirstTimeRecipientsPerDay].Value > 0
                ? [.. mail.Recipients.Select(SendingUsage.KeyOf).Distinct()]
                : [];
        lock (_lock)
        {
            UsageCounters before = Now();
            long[] firstTime = FirstTime(keys);
            UsageCounters after = before.Plus(1, mail.Recipients.Count, firstTime.Length, report);
            LimitReached? reached = Gravest(
                mail.IsQueued ? null : FullQueue(limits),
                mail.IsQueued ? null : TooLarge(limits, mail.Size),
                mail.Strange,
                limits.Exceeded(before, after)
            );
            Told(reached, out isNews);
            if (reached is { Rule.Stops: true } || (reached is not null && mail.IsQueued))
                return reached;

            StoppedMail? stopped = reached is null ? null : StoppedBy(reached, before);
            if (stopped is null)
            {
                _used = after;
                _known?.UnionWith(firstTime);
            }

            if (!mail.IsQueued)
                (_queued, _pending) = (_queued + 1, _pending + 1);
            reservation = new UsageReservation(
                id,
                this,
                before.Hour,
                mail.Recipients.Count,
                report,
                stopped is null ? firstTime : [],
                stopped is null ? limits.NearlyUsedUp(after, mail.IsReport) : null,
                stopped,
                mail.IsQueued
            );
            return reached;
        }
    }

    /// <summary>A sign-in from somewhere.</summary>
    /// <param name="network">Where it comes from.</param>
    /// <param name="ofAll">Everybody's limits.</param>
    /// <param name="isNew">It is to be remembered.</param>
    /// <param name="isNews">It is the first time in the day that the limit is reached.</param>
    /// <returns>The limit that it exceeds; the network stays a strange one then.</returns>
    public LimitReached? SignedIn(string network, AccountLimits ofAll, out bool isNew, out bool isNews)
    {
        (isNew, isNews) = (false, false);
        lock (_lock)
        {
            LimitRule rule = Limits(ofAll)[AccountLimit.NewNetworksPerDay];
            if (rule.Value == 0 || (_networks ??= [.. store.ReadNetworks(id)]).Contains(network))
                return null;
            UsageCounters now = Now();
            if (now.NewNetworksToday >= rule.Value)
                return Told(
                    new LimitReached(AccountLimit.NewNetworksPerDay, rule, now.NewNetworksToday, now.DayEnds),
                    out isNews
                );
            isNew = _networks.Add(network);
            _used = now with { NewNetworksToday = now.NewNetworksToday + 1 };
            return null;
        }
    }

    /// <summary>Counts what became of mail that was sent before.</summary>
    public LimitReached? Note(int hardBounces, int complaints, AccountLimits ofAll, out bool isNews)
    {
        lock (_lock)
        {
            AccountLimits limits = Limits(ofAll);
            isNews = false;
            if (limits.AreNone)
                return null;
            UsageCounters before = Now();
            _used = before with
            {
                HardBouncesToday = before.HardBouncesToday + hardBounces,
                ComplaintsToday = before.ComplaintsToday + complaints,
            };
            LimitReached? reached = limits.Exceeded(_used, _used);
            bool isOurs = reached?.Limit is AccountLimit.HardBouncePercentPerDay or AccountLimit.SpamComplaintsPerDay;
            return Told(isOurs ? reached : null, out isNews);
        }
    }

    public TimeSpan Refused()
    {
        lock (_lock)
            return _refusals.Next();
    }

    public void Forgive(AccountLimits ofAll)
    {
        lock (_lock)
        {
            AccountLimits limits = Limits(ofAll);
            UsageCounters used = Now();
            foreach (AccountLimit limit in LimitWords.All.Where(limit => limits[limit].Action == LimitAction.Suspend))
            {
                used = used.Without(limit);
                _told[(int)limit] = null;
            }

            _used = used;
        }
    }

    public void Complete()
    {
        lock (_lock)
            _pending = Math.Max(0, _pending - 1);
    }

    /// <param name="hour">In which it was counted.</param>
    /// <param name="recipients">Null: it is in no counter but that of the queue.</param>
    /// <param name="nullSender">1 for a report.</param>
    /// <param name="firstTime">Of the recipients.</param>
    /// <param name="wasQueued">It is in the queue already.</param>
    public void GiveBack(long hour, int? recipients, int nullSender, IReadOnlyList<long> firstTime, bool wasQueued)
    {
        lock (_lock)
        {
            if (!wasQueued)
            {
                Complete();
                _queued -= 1;
            }

            if (recipients is not { } count)
                return;
            // What belongs to a day that is over is over; within the day the hour's share may be.
            if (_used?.Hour == hour)
                _used = _used.Plus(-1, -count, -firstTime.Count, -nullSender);
            _known?.ExceptWith(firstTime);
        }
    }

    /// <summary>Messages in the queue, for somebody who asks.</summary>
    public long Queued() => store.CountQueued(id, long.MaxValue);

    private UsageCounters At(long hour) => _used = (_used ?? store.ReadUsage(id) ?? new UsageCounters(hour)).At(hour);

    private long[] FirstTime(long[] keys)
    {
        if (keys.Length == 0)
            return [];
        _known ??= [.. store.ReadKnownRecipients(id)];
        return [.. keys.Where(key => !_known.Contains(key))];
    }

    private LimitReached? FullQueue(AccountLimits limits)
    {
        LimitRule rule = limits[AccountLimit.QueuedMessages];
        if (rule.Value == 0)
            return null;
        if (_queued is null || (_queued >= rule.Value && time.GetElapsedTime(_queueCounted) >= QueueCount))
        {
            // What is pending may be counted twice in this moment, and is never left out.
            _queued = store.CountQueued(id, rule.Value) + _pending;
            _queueCounted = time.GetTimestamp();
        }

        return _queued >= rule.Value
            ? new LimitReached(AccountLimit.QueuedMessages, rule, Math.Min(_queued.Value, rule.Value), Ends: null)
            : null;
    }

    private static LimitReached? TooLarge(AccountLimits limits, long size)
    {
        LimitRule rule = limits[AccountLimit.BytesPerMessage];
        return rule.Value > 0 && size > rule.Value
            ? new LimitReached(AccountLimit.BytesPerMessage, rule, size, Ends: null)
            : null;
    }

    private static LimitReached? Gravest(params ReadOnlySpan<LimitReached?> all)
    {
        LimitReached? gravest = null;
        foreach (LimitReached? one in all)
            if (one is not null && (gravest is null || one.Rule.Gravity > gravest.Rule.Gravity))
                gravest = one;
        return gravest;
    }

    private StoppedMail StoppedBy(LimitReached reached, UsageCounters now) =>
        reached.Rule.Action == LimitAction.Hold
            ? new StoppedMail(HoldKind.Limit, time.GetUtcNow(), $"account {id} {reached.Describe()}: held for the operator")
            : new StoppedMail(HoldKind.Delayed, reached.Ends ?? now.HourEnds, $"account {id} {reached.Describe()}: it waits");

    /// <summary>Once for each hour or day; once more for another rule, of which the operator may want another thing.</summary>
    private LimitReached? Told(LimitReached? reached, out bool isNews)
    {
        isNews = false;
        if (reached is null)
            return null;
        (DateTimeOffset, LimitRule)? told = (reached.Ends ?? _used!.DayEnds, reached.Rule);
        // What is too large is the node's business alone.
        bool isAlarm = reached is not { Limit: AccountLimit.BytesPerMessage, Rule.Stops: true };
        isNews = isAlarm && _told[(int)reached.Limit] != told;
        _told[(int)reached.Limit] = told;
        return reached;
    }
}

/// <summary>A message that an account wants to send.</summary>
/// <param name="Recipients">Each once.</param>
/// <param name="IsReport">Its sender is the null one.</param>
/// <param name="Size">Octets.</param>
/// <param name="Strange">The limit that the sign-in has exceeded; null: none.</param>
/// <param name="IsQueued">It was taken before, and waits for its counter.</param>
public readonly record struct OutgoingMail(
    IReadOnlyList<MailAddress> Recipients,
    bool IsReport = false,
    long Size = 0,
    LimitReached? Strange = null,
    bool IsQueued = false
);
