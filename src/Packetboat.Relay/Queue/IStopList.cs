using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Queue;

/// <summary>Whose queued mail must not leave. Asked before each attempt, so it answers from memory.</summary>
public interface IStopList
{
    /// <summary>Null: it may leave.</summary>
    ValueTask<StopOrder?> FindAsync(QueuedMessage message, CancellationToken ct);
}

/// <summary>A queued message is stopped.</summary>
/// <param name="Action">Anything but <see cref="QueuedMail.Send"/>.</param>
/// <param name="Why">For the trace, and for the sender where it is returned.</param>
public sealed record StopOrder(QueuedMail Action, string Why);
