using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Queue;

/// <summary>A recipient in the queue, as a person sees it; of the last attempt the reply, why it failed, and the entry that knew.</summary>
public sealed record QueueEntry(
    string Id,
    long MessageNumber,
    DateTimeOffset Accepted,
    long Size,
    string Sender,
    string? Account,
    int RecipientNumber,
    string Recipient,
    string RouteName,
    RecipientState State,
    int Attempts,
    DateTimeOffset Due,
    string LastReply,
    FailureClass Class,
    string Rule,
    HoldKind Hold = HoldKind.Operator
)
{
    /// <summary>When it goes on by itself; null: not before somebody releases it, or it is under way.</summary>
    public DateTimeOffset? Next =>
        State == RecipientState.Waiting || (State == RecipientState.Held && Hold == HoldKind.Delayed) ? Due : null;
}
