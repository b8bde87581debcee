using System.Globalization;

namespace Packetboat.Relay.Hub;

/// <summary>What there is to know of each limit but its value.</summary>
public static class LimitWords
{
    private static readonly AccountLimit[] Everything = Enum.GetValues<AccountLimit>();

    public static IReadOnlyList<AccountLimit> All => Everything;

    /// <summary>In the words of the settings.</summary>
    public static string Word(this LimitAction action) =>
        action switch
        {
            LimitAction.Delay => "delay",
            LimitAction.Hold => "hold",
            LimitAction.Suspend => "suspend",
            _ => "refuse",
        };

    /// <summary>
    /// What may be done at a limit. Waiting makes no message smaller, and what is kept here empties no queue; too many recipients for one
    /// message are for the next (RFC 5321 §4.5.3.1.10).
    /// </summary>
    public static IReadOnlyList<LimitAction> Actions(this AccountLimit limit) =>
        limit switch
        {
            AccountLimit.RecipientsPerMessage => [LimitAction.Refuse],
            AccountLimit.BytesPerMessage => [LimitAction.Refuse, LimitAction.Hold],
            AccountLimit.QueuedMessages => [LimitAction.Refuse, LimitAction.Suspend],
            _ => [LimitAction.Refuse, LimitAction.Delay, LimitAction.Hold, LimitAction.Suspend],
        };

    /// <summary>When what is counted is counted anew; null: it is not counted by the clock.</summary>
    public static DateTimeOffset? Ends(this AccountLimit limit, UsageCounters used) =>
        limit switch
        {
            AccountLimit.MessagesPerHour or AccountLimit.RecipientsPerHour or AccountLimit.NullSenderMessagesPerHour =>
                used.HourEnds,
            AccountLimit.RecipientsPerMessage or AccountLimit.BytesPerMessage or AccountLimit.QueuedMessages => null,
            _ => used.DayEnds,
        };

    /// <summary>What an account has done, behind its name: <c>has sent 200 of 200 messages in this hour</c>.</summary>
    public static string Describe(this AccountLimit limit, long used, long most) =>
        limit switch
        {
            AccountLimit.MessagesPerHour => Text($"has sent {used} of {most} messages in this hour"),
            AccountLimit.MessagesPerDay => Text($"has sent {used} of {most} messages today"),
            AccountLimit.RecipientsPerHour => Text($"has sent to {used} of {most} recipients in this hour"),
            AccountLimit.RecipientsPerDay => Text($"has sent to {used} of {most} recipients today"),
            AccountLimit.RecipientsPerMessage => Text($"may send to {most} recipients with one message"),
            AccountLimit.FirstTimeRecipientsPerDay => Text($"has sent to {used} of {most} recipients for the first time today"),
            AccountLimit.BytesPerMessage => Text($"may send {most} octets in one message"),
            AccountLimit.QueuedMessages => Text($"has {used} of {most} messages in the queue"),
            AccountLimit.HardBouncePercentPerDay => Text(
                $"has had {used} % of its recipients refused for good today, {most} % are allowed"
            ),
            AccountLimit.NullSenderMessagesPerHour => Text(
                $"has sent {used} of {most} messages with the null sender in this hour"
            ),
            AccountLimit.SpamComplaintsPerDay => Text($"has had {used} complaints of spam today, {most} are allowed"),
            AccountLimit.NewNetworksPerDay => Text($"has signed in from {used} of {most} new networks today"),
            _ => limit.ToString(),
        };

    /// <summary>What is left, for a node that is near the end: <c>3 of 200 messages left in this hour</c>.</summary>
    public static string DescribeLeft(this AccountLimit limit, long left, long most) =>
        limit switch
        {
            AccountLimit.MessagesPerHour => Text($"{left} of {most} messages left in this hour"),
            AccountLimit.MessagesPerDay => Text($"{left} of {most} messages left today"),
            AccountLimit.RecipientsPerHour => Text($"{left} of {most} recipients left in this hour"),
            AccountLimit.RecipientsPerDay => Text($"{left} of {most} recipients left today"),
            AccountLimit.FirstTimeRecipientsPerDay => Text($"{left} of {most} first-time recipients left today"),
            AccountLimit.NullSenderMessagesPerHour => Text($"{left} of {most} messages with the null sender left in this hour"),
            _ => Text($"{left} of {most} left ({limit})"),
        };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
