namespace Packetboat.Relay.Hub;

/// <summary>How much an account may send, and what is done beyond that.</summary>
public sealed class AccountLimits
{
    /// <summary>The day's before the hour's: who has reached both waits for the later end.</summary>
    private static readonly AccountLimit[] Counted =
    [
        AccountLimit.FirstTimeRecipientsPerDay,
        AccountLimit.SpamComplaintsPerDay,
        AccountLimit.HardBouncePercentPerDay,
        AccountLimit.MessagesPerDay,
        AccountLimit.RecipientsPerDay,
        AccountLimit.MessagesPerHour,
        AccountLimit.RecipientsPerHour,
        AccountLimit.NullSenderMessagesPerHour,
    ];

    private static readonly AccountLimit[] Spent =
    [
        AccountLimit.FirstTimeRecipientsPerDay,
        AccountLimit.MessagesPerDay,
        AccountLimit.RecipientsPerDay,
        AccountLimit.MessagesPerHour,
        AccountLimit.RecipientsPerHour,
        AccountLimit.NullSenderMessagesPerHour,
    ];

    private readonly LimitRule[] _rules;

    private AccountLimits(LimitRule[] rules, int hardBounceSample)
    {
        (_rules, HardBounceSample) = (rules, hardBounceSample);
        AreNone = Array.TrueForAll(rules, rule => rule.Value == 0);
    }

    public static AccountLimits None { get; } = new(new LimitRule[LimitWords.All.Count], 1);

    /// <summary>Nothing is limited, so nothing need be counted.</summary>
    public bool AreNone { get; }

    /// <summary>Recipients of the day from which on <see cref="AccountLimit.HardBouncePercentPerDay"/> means something.</summary>
    public int HardBounceSample { get; }

    public LimitRule this[AccountLimit limit] => _rules[(int)limit];

    /// <param name="limit">Which.</param>
    /// <param name="value">0: no limit.</param>
    /// <param name="action">Null: as before.</param>
    public AccountLimits With(AccountLimit limit, long value, LimitAction? action = null)
    {
        LimitRule[] rules = [.. _rules];
        rules[(int)limit] = new LimitRule(value, action ?? rules[(int)limit].Action);
        return new AccountLimits(rules, HardBounceSample);
    }

    public AccountLimits WithHardBounceSample(int recipients) => new(_rules, recipients);

    /// <summary>With an account's own values.</summary>
    public AccountLimits With(IReadOnlyList<OwnLimit> own)
    {
        AccountLimits all = this;
        foreach (OwnLimit one in own)
            all = all.With(one.Limit, one.Value ?? all[one.Limit].Value, one.Action);
        return all;
    }

    /// <summary>
    /// The limit that use would exceed, the gravest first: what is refused is not held, and what is held is not merely late. Null: none.
    /// </summary>
    /// <param name="before">As it is.</param>
    /// <param name="after">With what is to be counted.</param>
    internal LimitReached? Exceeded(UsageCounters before, UsageCounters after)
    {
        LimitReached? gravest = null;
        foreach (AccountLimit limit in Counted)
        {
            LimitRule rule = this[limit];
            // A ratio is that of what has come back, which is not made better by sending more.
            long used = limit == AccountLimit.HardBouncePercentPerDay ? PercentOf(before) : after.Of(limit);
            if (rule.Value == 0 || used <= rule.Value || (gravest is not null && rule.Gravity <= gravest.Rule.Gravity))
                continue;
            gravest = new LimitReached(limit, rule, Used(limit, before), limit.Ends(before));
        }

        return gravest;
    }

    /// <summary>What is used of a limit, in its unit.</summary>
    public long Used(AccountLimit limit, UsageCounters used) =>
        limit == AccountLimit.HardBouncePercentPerDay ? PercentOf(used) : used.Of(limit);

    /// <summary>The limit of which the least is left, where that is less than a tenth.</summary>
    internal LimitLeft? NearlyUsedUp(UsageCounters used, bool isReport)
    {
        LimitLeft? least = null;
        foreach (AccountLimit limit in Spent)
        {
            long most = this[limit].Value;
            long left = Math.Max(0, most - used.Of(limit));
            bool isMeant = isReport || limit != AccountLimit.NullSenderMessagesPerHour;
            if (isMeant && left * 10 < most && (least is not { } known || left < known.Left))
                least = new LimitLeft(limit, left, most);
        }

        return least;
    }

    /// <summary>How many messages may still come in the hour and in the day; null: as many as one likes.</summary>
    internal long? MessagesLeft(UsageCounters used)
    {
        long left = Math.Min(
            Left(AccountLimit.MessagesPerHour, used.MessagesThisHour),
            Left(AccountLimit.MessagesPerDay, used.MessagesToday)
        );
        return left == long.MaxValue ? null : left;
    }

    private long Left(AccountLimit limit, long used) =>
        this[limit] is { Value: > 0, Action: LimitAction.Refuse or LimitAction.Suspend } rule
            ? Math.Max(0, rule.Value - used)
            : long.MaxValue;

    private long PercentOf(UsageCounters used) =>
        used.RecipientsToday >= Math.Max(1, HardBounceSample) ? used.HardBouncesToday * 100 / used.RecipientsToday : 0;
}
