using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>How an account, or all relaying, is to be stopped.</summary>
/// <param name="Reason">What the node reads.</param>
/// <param name="Until">Null: until resumed.</param>
/// <param name="Queued">What becomes of mail that is queued.</param>
/// <param name="Answer">What becomes of new mail.</param>
public sealed record SuspensionOrder(
    string Reason,
    DateTimeOffset? Until = null,
    QueuedMail Queued = QueuedMail.Hold,
    SuspendedAnswer Answer = SuspendedAnswer.Defer
);
