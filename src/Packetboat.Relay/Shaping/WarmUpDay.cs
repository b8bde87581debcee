namespace Packetboat.Relay.Shaping;

/// <summary>How far an address of ours has come with a provider.</summary>
/// <param name="Address">Of ours; of IPv6 the /64, which is what receivers judge.</param>
/// <param name="Provider">The provider's id, or a dot and an organization's domain.</param>
/// <param name="Day">On how many days something was sent, this one included.</param>
/// <param name="Date">That day, UTC.</param>
/// <param name="Used">Sent on it.</param>
public sealed record WarmUpDay(string Address, string Provider, int Day, DateOnly Date, int Used)
{
    /// <summary>Who sent nothing for longer is a stranger again: it is what large senders reckon with.</summary>
    public const int DaysRemembered = 30;

    /// <summary>The same on a later day. Days without mail do not count: nobody comes to be known by silence.</summary>
    public WarmUpDay On(DateOnly today)
    {
        int passed = today.DayNumber - Date.DayNumber;
        return passed switch
        {
            0 => this,
            // The clock was ahead. What was sent then counts for today.
            < 0 => this with { Date = today },
            > DaysRemembered => this with { Day = 1, Date = today, Used = 0 },
            _ => this with { Day = Used > 0 ? Day + 1 : Day, Date = today, Used = 0 },
        };
    }
}
