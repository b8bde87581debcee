using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Queue;

/// <summary>A recipient that waits, with what is known of why.</summary>
/// <param name="Message">The message.</param>
/// <param name="Recipient">The recipient.</param>
/// <param name="Due">When it is tried next.</param>
/// <param name="LastReply">As stored; empty where nothing was tried.</param>
/// <param name="Class">Why it failed.</param>
/// <param name="Rule">The entry of the table that knew.</param>
/// <param name="Host">Of the last attempt; empty when none was reached.</param>
/// <param name="Notices">The sender has had so many.</param>
/// <param name="Owed">He should have had so many by now.</param>
public sealed record DelayedRecipient(
    QueuedMessage Message,
    QueuedRecipient Recipient,
    DateTimeOffset Due,
    string LastReply,
    FailureClass Class,
    string Rule,
    string Host,
    int Notices,
    int Owed
);
