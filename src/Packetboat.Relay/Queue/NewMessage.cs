using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Queue;

/// <summary>A message at the moment of its acceptance.</summary>
/// <param name="Message">The envelope.</param>
/// <param name="Recipients">With the state and time that the scheduler chose for each.</param>
/// <param name="LastChunk">The end of the content that no chunk has taken yet; for most mail, all of it. Chunk number <c>Chunks - 1</c>.</param>
/// <param name="Warning">For its story: why it may not arrive; empty: nothing.</param>
/// <param name="Usage">What is written of the account's use with it; null: nothing.</param>
public sealed record NewMessage(
    QueuedMessage Message,
    IReadOnlyList<NewRecipient> Recipients,
    ReadOnlyMemory<byte> LastChunk,
    UsageReservation? Usage = null,
    string Warning = ""
);

/// <param name="Recipient">The recipient.</param>
/// <param name="RouteName">The route it will take if nothing changes.</param>
/// <param name="State">Waiting, Claimed where delivery has room for it in memory, or Held.</param>
/// <param name="Due">The next attempt: for a claimed one, the one after the attempt that follows at once.</param>
/// <param name="Stopped">Why it is held; null: it is not.</param>
public record NewRecipient(
    QueuedRecipient Recipient,
    string RouteName,
    RecipientState State,
    DateTimeOffset Due,
    StoppedMail? Stopped = null
)
{
    /// <summary>Why it takes another route than it usually would; null: it does not.</summary>
    public virtual string? Detour => null;
}

/// <summary>A recipient whose mail goes around. Few do, and no other carries the words.</summary>
/// <param name="usual">All else about him.</param>
/// <param name="why">In words.</param>
public sealed record DetouredRecipient(NewRecipient usual, string why) : NewRecipient(usual)
{
    public override string? Detour => why;
}
