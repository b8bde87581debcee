using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Relay.Queue;

/// <summary>How often and how long delivery is tried.</summary>
/// <param name="First">Pause after the first failure. <c>RetryFirst</c>.</param>
/// <param name="Longest">No pause is longer. <c>RescanFrequency</c>.</param>
/// <param name="MaxAttempts"><c>MaxDeliveryAttempts</c>.</param>
/// <param name="MaxAge">From acceptance. <c>MaxAge</c>.</param>
public sealed record RetryLimits(TimeSpan First, TimeSpan Longest, int MaxAttempts, TimeSpan MaxAge);

/// <summary>What follows from one outcome.</summary>
public abstract record RetryVerdict
{
    private RetryVerdict() { }

    public sealed record Done : RetryVerdict;

    public sealed record RetryAt(DateTimeOffset Time) : RetryVerdict;

    /// <param name="Why">Empty for a refusal that speaks for itself; else what ended the patience.</param>
    public sealed record Bounce(string Why) : RetryVerdict;
}

/// <summary>
/// When it is tried again: a pure decision. The pause doubles from <see cref="RetryLimits.First"/> to <see cref="RetryLimits.Longest"/>,
/// shortened at random by up to a fifth, so that what failed together does not come back together.
/// </summary>
public static class RetrySchedule
{
    /// <param name="verdict">Of the attempt. A reply that never came may have been an acceptance; it is sent again all the same.</param>
    /// <param name="attempts">Including this one.</param>
    /// <param name="accepted">When the message came.</param>
    /// <param name="now">The present.</param>
    /// <param name="jitter">0 to 1.</param>
    /// <param name="limits">The settings.</param>
    public static RetryVerdict Decide(
        SmtpVerdict verdict,
        int attempts,
        DateTimeOffset accepted,
        DateTimeOffset now,
        double jitter,
        RetryLimits limits
    )
    {
        if (verdict == SmtpVerdict.Accepted)
            return new RetryVerdict.Done();
        if (verdict == SmtpVerdict.Permanent)
            return new RetryVerdict.Bounce("");
        if (attempts >= limits.MaxAttempts)
            return new RetryVerdict.Bounce($"it was tried {(attempts == 1 ? "once" : $"{attempts} times")}, which is the limit");
        DateTimeOffset end = accepted + limits.MaxAge;
        if (now >= end)
            return new RetryVerdict.Bounce($"it could not be delivered within {Words(limits.MaxAge)}");

        DateTimeOffset next = now + Pause(attempts, jitter, limits);
        return new RetryVerdict.RetryAt(next < end ? next : end);
    }

    /// <summary>How long to wait after the given number of attempts.</summary>
    public static TimeSpan Pause(int attempts, double jitter, RetryLimits limits)
    {
        double doubled = limits.First.TotalSeconds * Math.Pow(2, Math.Clamp(attempts - 1, 0, 30));
        double pause = Math.Min(doubled, limits.Longest.TotalSeconds);
        return TimeSpan.FromSeconds(Math.Max(1, pause * (1 - (0.2 * jitter))));
    }

    private static string Words(TimeSpan age) =>
        age.TotalDays >= 1 ? $"{age.TotalDays:0.#} days"
        : age.TotalHours >= 1 ? $"{age.TotalHours:0.#} hours"
        : $"{age.TotalMinutes:0.#} minutes";
}
