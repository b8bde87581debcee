namespace Packetboat.Relay.Hub;

/// <summary>What an account has sent, and caused, in the hour and in the day that it is.</summary>
/// <param name="Hour">Hours since 1970 UTC.</param>
/// <param name="MessagesThisHour">Accepted.</param>
/// <param name="RecipientsThisHour">Of these messages, each time one is named.</param>
/// <param name="MessagesToday">Accepted.</param>
/// <param name="RecipientsToday">Of these messages.</param>
/// <param name="FirstTimeToday">Of these, whom the account had never sent to before.</param>
/// <param name="NullSenderThisHour">Of the messages of the hour, those with the null sender.</param>
/// <param name="HardBouncesToday">Recipients that were refused for good.</param>
/// <param name="ComplaintsToday">Messages that were called spam.</param>
/// <param name="NewNetworksToday">Networks from which the account came for the first time.</param>
public sealed record UsageCounters(
    long Hour,
    long MessagesThisHour = 0,
    long RecipientsThisHour = 0,
    long MessagesToday = 0,
    long RecipientsToday = 0,
    long FirstTimeToday = 0,
    long NullSenderThisHour = 0,
    long HardBouncesToday = 0,
    long ComplaintsToday = 0,
    long NewNetworksToday = 0
)
{
    private const int HoursPerDay = 24;

    public DateTimeOffset HourEnds => DateTimeOffset.UnixEpoch + TimeSpan.FromHours(Hour + 1);

    public DateTimeOffset DayBegins => DayEnds - TimeSpan.FromDays(1);

    public DateTimeOffset DayEnds => DateTimeOffset.UnixEpoch + TimeSpan.FromDays((Hour / HoursPerDay) + 1);

    public bool IsDayOf(DateTimeOffset time) => HourOf(time) / HoursPerDay == Hour / HoursPerDay;

    public static long HourOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / 3600;

    /// <summary>As of an hour: what belongs to another hour or day is over. A clock that was set back begins anew too.</summary>
    public UsageCounters At(long hour) =>
        hour == Hour ? this
        : hour / HoursPerDay != Hour / HoursPerDay ? new UsageCounters(hour)
        : this with { Hour = hour, MessagesThisHour = 0, RecipientsThisHour = 0, NullSenderThisHour = 0 };

    /// <summary>What is counted against a limit; 0 for those that have no counter.</summary>
    public long Of(AccountLimit limit) =>
        limit switch
        {
            AccountLimit.MessagesPerHour => MessagesThisHour,
            AccountLimit.MessagesPerDay => MessagesToday,
            AccountLimit.RecipientsPerHour => RecipientsThisHour,
            AccountLimit.RecipientsPerDay => RecipientsToday,
            AccountLimit.FirstTimeRecipientsPerDay => FirstTimeToday,
            AccountLimit.NullSenderMessagesPerHour => NullSenderThisHour,
            AccountLimit.SpamComplaintsPerDay => ComplaintsToday,
            AccountLimit.NewNetworksPerDay => NewNetworksToday,
            _ => 0,
        };

    /// <summary>What is counted against a limit begins anew.</summary>
    public UsageCounters Without(AccountLimit limit) =>
        limit switch
        {
            AccountLimit.MessagesPerHour => this with { MessagesThisHour = 0 },
            AccountLimit.MessagesPerDay => this with { MessagesToday = 0 },
            AccountLimit.RecipientsPerHour => this with { RecipientsThisHour = 0 },
            AccountLimit.RecipientsPerDay => this with { RecipientsToday = 0 },
            AccountLimit.FirstTimeRecipientsPerDay => this with { FirstTimeToday = 0 },
            AccountLimit.NullSenderMessagesPerHour => this with { NullSenderThisHour = 0 },
            AccountLimit.HardBouncePercentPerDay => this with { HardBouncesToday = 0 },
            AccountLimit.SpamComplaintsPerDay => this with { ComplaintsToday = 0 },
            AccountLimit.NewNetworksPerDay => this with { NewNetworksToday = 0 },
            _ => this,
        };

    /// <summary>Never below none: what is given back may have been forgiven meanwhile.</summary>
    /// <param name="messages">One, or minus one.</param>
    /// <param name="recipients">Of it.</param>
    /// <param name="firstTime">Of these.</param>
    /// <param name="nullSender">As <paramref name="messages"/> where it is a report.</param>
    public UsageCounters Plus(int messages, int recipients, int firstTime, int nullSender = 0) =>
        this with
        {
            MessagesThisHour = Math.Max(0, MessagesThisHour + messages),
            RecipientsThisHour = Math.Max(0, RecipientsThisHour + recipients),
            MessagesToday = Math.Max(0, MessagesToday + messages),
            RecipientsToday = Math.Max(0, RecipientsToday + recipients),
            FirstTimeToday = Math.Max(0, FirstTimeToday + firstTime),
            NullSenderThisHour = Math.Max(0, NullSenderThisHour + nullSender),
        };
}
