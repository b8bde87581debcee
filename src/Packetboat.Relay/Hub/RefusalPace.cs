namespace Packetboat.Relay.Hub;

/// <summary>
/// How fast an account is refused that goes on sending after it was stopped. A node with a full queue is told at once, for each of its
/// messages; a stolen password on fifty connections would otherwise take from all others the time that thousands of refusals a second need.
/// It is one pace for all connections of the account, so that more of them gain nothing. A bucket of the generic cell rate algorithm,
/// ITU-T I.371. Not thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class RefusalPace(TimeProvider time)
{
    /// <summary>Refusals that are said at once.</summary>
    public const int AtOnce = 100;

    /// <summary>Between two refusals after those: fifty a second.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Below every client's patience for the reply to MAIL: five minutes by RFC 5321 §4.5.3.2.2, 30 s with Synchronet.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private DateTimeOffset _due; // when all refusals so far would have been said, one a step

    /// <summary>One more is to be refused.</summary>
    /// <returns>How long the reply is to be kept back.</returns>
    public TimeSpan Next()
    {
        DateTimeOffset now = time.GetUtcNow();
        // A clock that was put back makes nobody wait.
        if (_due < now || _due > now + (AtOnce * Step) + Longest)
            _due = now;
        _due += Step;
        TimeSpan pause = _due - now - (AtOnce * Step);
        if (pause <= TimeSpan.Zero)
            return TimeSpan.Zero;
        if (pause <= Longest)
            return pause;
        _due -= pause - Longest;
        return Longest;
    }
}
