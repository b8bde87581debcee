namespace Packetboat.Relay.Hub;

/// <summary>Something would exceed a limit.</summary>
/// <param name="Limit">Which.</param>
/// <param name="Rule">Its value, and what is done.</param>
/// <param name="Used">Without what would exceed it.</param>
/// <param name="Ends">When it is counted anew; null: the clock does not help.</param>
public sealed record LimitReached(AccountLimit Limit, LimitRule Rule, long Used, DateTimeOffset? Ends)
{
    /// <summary>As in the settings.</summary>
    public string Name => Limit.ToString();

    /// <summary>Behind the account's name: <c>has sent 200 of 200 messages in this hour (MessagesPerHour)</c>.</summary>
    public string Describe() => $"{Limit.Describe(Used, Rule.Value)} ({Name})";
}
