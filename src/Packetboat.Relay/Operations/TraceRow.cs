using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>One event of a message's life; of a failure also its class, what that means, and what the operator can do.</summary>
public sealed record TraceRow(
    DateTimeOffset At,
    string Event,
    string? Recipient,
    string Host,
    string Security,
    string Text,
    string Class = "",
    string Provider = "",
    string Explanation = "",
    string Remedy = "",
    string Source = ""
)
{
    public static TraceRow Of(TraceEvent happened, ReplyTable replies)
    {
        Cause cause = replies.Recall(happened.Class, happened.Rule, happened.Host);
        return new TraceRow(
            happened.At,
            happened.Kind.ToString().ToLowerInvariant(),
            happened.Recipient,
            happened.Host,
            happened.Security,
            happened.Text,
            cause.IsKnown ? cause.Class.Word() : "",
            cause.Provider,
            cause.Explanation,
            cause.Remedy,
            cause.Source
        );
    }
}
