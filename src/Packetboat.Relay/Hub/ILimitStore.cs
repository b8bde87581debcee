using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Hub;

/// <summary>What limits have stopped in the queue, and complaints about what has left.</summary>
public interface ILimitStore
{
    /// <summary>Mail that waits for its counter and is to be looked at again, in the order of its acceptance.</summary>
    Task<IReadOnlyList<DelayedMail>> FindStoppedAsync(DateTimeOffset now, int most, CancellationToken ct);

    /// <summary>Makes a message due, with its account's counters in the same transaction.</summary>
    Task LetGoAsync(long message, DateTimeOffset now, UsageReservation? usage, CancellationToken ct);

    /// <summary>Has all mail of an account that waits for its counter and should be looked at by <paramref name="now"/> looked at later, or sooner.</summary>
    Task DelayAsync(string? account, DateTimeOffset now, DateTimeOffset until, CancellationToken ct);

    /// <summary>Whether a limit has held mail of the account that the operator has not decided about yet.</summary>
    bool HasHeld(QwkId id);

    /// <summary>Notes in a message's story that it was called spam, and writes the account's counters. Durable when it returns.</summary>
    /// <param name="complaint">What is noted.</param>
    /// <param name="counters">Null: nothing is counted.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task FileComplaintAsync(Complaint complaint, Func<UsageCounters>? counters, CancellationToken ct);

    /// <summary>Whether a complaint of a recipient about the account's mail has been counted since.</summary>
    bool HasComplained(QwkId account, string recipient, DateTimeOffset since);
}

/// <summary>A message that waits for its account's counter.</summary>
/// <param name="Message">Its number.</param>
/// <param name="Account">Whose.</param>
/// <param name="IsReport">Its sender is the null one.</param>
/// <param name="Recipients">Of it, those that wait.</param>
public sealed record DelayedMail(long Message, string Account, bool IsReport, IReadOnlyList<MailAddress> Recipients);
