using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>A queued recipient.</summary>
/// <param name="Id">Of the message.</param>
/// <param name="Accepted">When we said 250.</param>
/// <param name="Size">Octets.</param>
/// <param name="Sender">Empty for the null sender.</param>
/// <param name="Account">Who signed in to submit it.</param>
/// <param name="Recipient">Whom it is for.</param>
/// <param name="Route">By which way it leaves.</param>
/// <param name="State">waiting, sending, held, delivered, bounced, dropped.</param>
/// <param name="Attempts">So far.</param>
/// <param name="NextAttempt">When it is tried next; null when it is not.</param>
/// <param name="LastReply">What was said last.</param>
/// <param name="Class">Why the last attempt failed, such as <c>no-ptr</c>; empty when it did not, or nobody knows.</param>
/// <param name="Explanation">What that means; may be empty.</param>
/// <param name="Remedy">What the operator can do; may be empty.</param>
public sealed record QueueRow(
    string Id,
    DateTimeOffset Accepted,
    long Size,
    string Sender,
    string? Account,
    string Recipient,
    string Route,
    string State,
    int Attempts,
    DateTimeOffset? NextAttempt,
    string LastReply,
    string Class = "",
    string Explanation = "",
    string Remedy = ""
)
{
    public static QueueRow Of(QueueEntry entry, ReplyTable replies)
    {
        Cause cause = replies.Recall(entry.Class, entry.Rule, "");
        return new QueueRow(
            entry.Id,
            entry.Accepted,
            entry.Size,
            entry.Sender,
            entry.Account,
            entry.Recipient,
            entry.RouteName,
            Word(entry.State),
            entry.Attempts,
            entry.Next,
            entry.LastReply,
            cause.IsKnown ? cause.Class.Word() : "",
            cause.Explanation,
            cause.Remedy
        );
    }

    private static string Word(RecipientState state) =>
        state switch
        {
            RecipientState.Claimed => "sending",
            _ => state.ToString().ToLowerInvariant(),
        };
}
