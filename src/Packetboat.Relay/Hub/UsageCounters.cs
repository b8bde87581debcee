namespace Packetboat.Relay.Hub;

/// <summary>What an account has sent in the hour and in the day that it is.</summary>
/// <param name="Hour">Hours since 1970 UTC.</param>
/// <param name="MessagesThisHour">Accepted.</param>
/// <param name="RecipientsThisHour">Of these messages, each time one is named.</param>
/// <param name="MessagesToday">Accepted.</param>
/// <param name="RecipientsToday">Of these messages.</param>
/// <param name="FirstTimeToday">Of these, whom the account had never sent to before.</param>
public sealed record UsageCounters(
    long Hour,
    long MessagesThisHour = 0,
    long RecipientsThisHour = 0,
    long MessagesToday = 0,
    long RecipientsToday = 0,
    long FirstTimeToday = 0
)
{
    private const int HoursPerDay = 24;

    public DateTimeOffset HourEnds => DateTimeOffset.UnixEpoch + TimeSpan.FromHours(Hour + 1);

    public DateTimeOffset DayEnds => DateTimeOffset.UnixEpoch + TimeSpan.FromDays((Hour / HoursPerDay) + 1);

    public static long HourOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / 3600;

    /// <summary>As of an hour: what belongs to another hour or day is over. A clock that was set back begins anew too.</summary>
    public UsageCounters At(long hour) =>
        hour == Hour ? this
        : hour / HoursPerDay != Hour / HoursPerDay ? new UsageCounters(hour)
        : this with { Hour = hour, MessagesThisHour = 0, RecipientsThisHour = 0 };

    public UsageCounters Plus(int messages, int recipients, int firstTime) =>
        this with
        {
            MessagesThisHour = MessagesThisHour + messages,
            RecipientsThisHour = RecipientsThisHour + recipients,
            MessagesToday = MessagesToday + messages,
            RecipientsToday = RecipientsToday + recipients,
            FirstTimeToday = FirstTimeToday + firstTime,
        };
}
