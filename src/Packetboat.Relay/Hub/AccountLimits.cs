namespace Packetboat.Relay.Hub;

/// <summary>How much an account may send. 0: no limit. An hour and a day are those of the clock, in UTC.</summary>
/// <param name="MessagesPerHour">Messages accepted in the hour.</param>
/// <param name="MessagesPerDay">Messages accepted in the day.</param>
/// <param name="RecipientsPerHour">Recipients of these messages, each time one is named.</param>
/// <param name="RecipientsPerDay">The same, in the day.</param>
/// <param name="RecipientsPerMessage">In one envelope.</param>
/// <param name="FirstTimeRecipientsPerDay">Recipients whom the account has never sent to before.</param>
public sealed record AccountLimits(
    int MessagesPerHour,
    int MessagesPerDay,
    int RecipientsPerHour,
    int RecipientsPerDay,
    int RecipientsPerMessage,
    int FirstTimeRecipientsPerDay
)
{
    public static AccountLimits None { get; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>What <paramref name="used"/> exceeds, the narrowest first; null: nothing.</summary>
    public LimitReached? Exceeded(UsageCounters used) =>
        Of(nameof(FirstTimeRecipientsPerDay), used.FirstTimeToday, FirstTimeRecipientsPerDay, used.DayEnds)
        ?? Of(nameof(MessagesPerDay), used.MessagesToday, MessagesPerDay, used.DayEnds)
        ?? Of(nameof(RecipientsPerDay), used.RecipientsToday, RecipientsPerDay, used.DayEnds)
        ?? Of(nameof(MessagesPerHour), used.MessagesThisHour, MessagesPerHour, used.HourEnds)
        ?? Of(nameof(RecipientsPerHour), used.RecipientsThisHour, RecipientsPerHour, used.HourEnds);

    private static LimitReached? Of(string name, long used, int limit, DateTimeOffset ends) =>
        limit > 0 && used > limit ? new LimitReached(name, limit, ends) : null;
}

/// <summary>A message would exceed a limit.</summary>
/// <param name="Name">The limit's, as in the settings.</param>
/// <param name="Limit">Its value.</param>
/// <param name="Ends">When the account may send on.</param>
public sealed record LimitReached(string Name, int Limit, DateTimeOffset Ends);
