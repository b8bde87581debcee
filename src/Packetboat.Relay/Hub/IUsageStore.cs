namespace Packetboat.Relay.Hub;

/// <summary>What accounts have sent, kept. It is written with the messages themselves: see <see cref="UsageReservation"/>.</summary>
public interface IUsageStore
{
    /// <summary>Null: nothing is known of the account.</summary>
    UsageCounters? ReadUsage(QwkId id);

    /// <summary>Everybody whom the account has sent to, as <see cref="SendingUsage.KeyOf"/>.</summary>
    IReadOnlyCollection<long> ReadKnownRecipients(QwkId id);

    /// <summary>Where the account has signed in from.</summary>
    IReadOnlyCollection<string> ReadNetworks(QwkId id);

    /// <summary>What the account has instead of everybody's limits.</summary>
    IReadOnlyList<OwnLimit> ReadLimits(QwkId id);

    /// <summary>The account's messages that still have to go somewhere, counted up to <paramref name="most"/>.</summary>
    long CountQueued(QwkId id, long most);

    /// <summary>Has the counters written with what is written next: they are worth no flush of the disk. Completes when the order is taken.</summary>
    /// <param name="id">Whose.</param>
    /// <param name="counters">As they are then.</param>
    /// <param name="network">A new one, to be remembered; null: none.</param>
    ValueTask OweAsync(QwkId id, Func<UsageCounters> counters, string? network);

    /// <summary>Durable when it returns. False: there is no such account.</summary>
    /// <param name="id">Whose.</param>
    /// <param name="own">All that it has of its own.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<bool> SetLimitsAsync(QwkId id, IReadOnlyList<OwnLimit> own, CancellationToken ct);
}
