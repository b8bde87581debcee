using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Queue;

/// <summary>Decides what is delivered when. The spool asks it before a commit and tells it after.</summary>
public interface IScheduler
{
    /// <summary>
    /// Says for each recipient of a message that is about to be accepted by which route it leaves, and whether delivery has room for it now.
    /// The room is kept until the reservation is started or cancelled.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="recipients">Its recipients.</param>
    /// <param name="content">Its whole content, where it is at hand. What is needed of it is held; the caller lets go of his own hold.</param>
    IReservation Reserve(QueuedMessage message, IReadOnlyList<QueuedRecipient> recipients, HeldContent? content);

    /// <summary>The same for a message that is accepted and does not leave: it takes no room.</summary>
    /// <param name="message">The message.</param>
    /// <param name="recipients">Its recipients.</param>
    /// <param name="stopped">Why.</param>
    IReservation Hold(QueuedMessage message, IReadOnlyList<QueuedRecipient> recipients, StoppedMail stopped);

    /// <summary>Looks at the store again: something was made due by hand. Parked routes are tried once more.</summary>
    void Wake();
}

/// <summary>Places in memory for a message that is being accepted.</summary>
public interface IReservation
{
    /// <summary>The recipients as they are to be stored.</summary>
    IReadOnlyList<NewRecipient> Recipients { get; }

    /// <summary>The message is on the disk: go.</summary>
    void Start();

    /// <summary>The message was not accepted.</summary>
    void Cancel();
}
