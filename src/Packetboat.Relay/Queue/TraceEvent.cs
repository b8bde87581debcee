using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Queue;

/// <summary>Events of a message's life. Values are stored: they never change their meaning.</summary>
public enum TraceKind
{
    Accepted = 0,
    Delivered = 1,

    /// <summary>An attempt failed; it is tried again.</summary>
    Deferred = 2,

    /// <summary>Returned to the sender.</summary>
    Bounced = 3,

    /// <summary>Failed for good, and there is nobody to tell.</summary>
    Discarded = 4,

    /// <summary>The route was parked or its host is known to be down: not tried.</summary>
    Postponed = 5,
    Held = 6,
    Released = 7,
    Retried = 8,
    Dropped = 9,

    /// <summary>A report about it was queued under another id, which <see cref="TraceEvent.Text"/> names.</summary>
    Reported = 10,

    /// <summary>It was taken although receivers may refuse it.</summary>
    Warned = 21,

    /// <summary>A recipient has called it spam, as a feedback report says.</summary>
    Complained = 20,

    /// <summary>It leaves by another route than before, or than it usually would.</summary>
    Rerouted = 22,

    /// <summary>Somebody reported it as spam, and it was not counted.</summary>
    ComplaintIgnored = 23,
}

/// <summary>One line of a message's story.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Recipient">Whom it concerns; null: the whole message.</param>
/// <param name="Host">The peer, empty when there was none.</param>
/// <param name="Security">TLS and sign-in, empty when there was none.</param>
/// <param name="Text">The peer's words, or ours.</param>
/// <param name="Class">Why it failed, where it did.</param>
/// <param name="Rule">The entry of the table that knew; empty when none did.</param>
public sealed record TraceEvent(
    DateTimeOffset At,
    TraceKind Kind,
    string? Recipient,
    string Host,
    string Security,
    string Text,
    FailureClass Class,
    string Rule
);
