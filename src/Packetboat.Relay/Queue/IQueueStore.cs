using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Queue;

/// <summary>
/// The durable queue. Whatever a method has answered survives a crash of the program or the machine: it is on the disk before the task
/// completes. Only <see cref="RecordAsync"/> completes earlier, when the store has taken the order.
/// </summary>
public interface IQueueStore
{
    /// <summary>Octets of each chunk of a message but the last, which has the rest.</summary>
    const int ChunkSize = 256 * 1024;

    /// <summary>A number for a message that is about to arrive. Nothing is written.</summary>
    long NextMessageNumber();

    /// <summary>The id that the message of this number has. <see cref="MessageIdSequence"/>.</summary>
    string IdOf(long message);

    /// <summary>
    /// Stores one chunk, in order, of a message that is not accepted yet and has more than one: exactly <see cref="ChunkSize"/> octets. It
    /// is durable once the message is accepted; chunks that never get a message are swept at the next start.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The disk would not take it.</exception>
    Task WriteChunkAsync(long message, int chunk, ReadOnlyMemory<byte> bytes, CancellationToken stopping);

    /// <summary>Forgets the chunks of a message that was not accepted. Not waited for.</summary>
    void Abandon(long message, int chunks);

    /// <summary>Accepts a message: once this completes, it is ours to deliver. RFC 5321 §6.1.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was accepted.</exception>
    Task AcceptAsync(NewMessage message, CancellationToken stopping);

    /// <summary>One chunk, 0 and up.</summary>
    ValueTask<byte[]> ReadChunkAsync(long message, int chunk, CancellationToken stopping);

    /// <summary>
    /// Files what became of an attempt, together with a report to be queued, in one transaction. Completes when the order is taken, not when
    /// it is on the disk: a crash in between repeats the attempt, which is the one stated source of duplicates. An order that was taken is
    /// kept while the disk is full and written once it is not.
    /// </summary>
    ValueTask RecordAsync(long message, DateTimeOffset at, IReadOnlyList<RecipientResult> results, NewMessage? report);

    /// <summary>
    /// Recipients that wait and whose senders are owed a notice of it, of the messages behind <paramref name="after"/> in the order of their
    /// acceptance. There is none about a message with a null sender, nor for who did not want one (RFC 3461 §4.1).
    /// </summary>
    /// <param name="after">A message's number; 0 to begin.</param>
    /// <param name="now">The present.</param>
    /// <param name="first">From acceptance to the first notice.</param>
    /// <param name="repeat">From each to the next; zero: there is one only.</param>
    /// <param name="messages">Looked at, at most.</param>
    /// <param name="stopping">Ends the waiting.</param>
    Task<DelayedPortion> FindDelayedAsync(
        long after,
        DateTimeOffset now,
        TimeSpan first,
        TimeSpan repeat,
        int messages,
        CancellationToken stopping
    );

    /// <summary>
    /// Files that a sender is told of mail that waits, together with the report, in one transaction: he is never told twice. Nothing is
    /// filed, and the answer is false, where one of the recipients waits no longer or was told of meanwhile.
    /// </summary>
    Task<bool> ReportDelayAsync(
        long message,
        DateTimeOffset at,
        IReadOnlyList<DelayNotice> notices,
        NewMessage report,
        CancellationToken stopping
    );

    /// <summary>
    /// Recipients of one route that are due, oldest first. They stay as they are until <see cref="ClaimAsync"/>. What waits for other
    /// routes costs nothing, however much it is.
    /// </summary>
    Task<IReadOnlyList<DueRecipient>> FindDueAsync(string routeName, DateTimeOffset now, int limit, CancellationToken stopping);

    /// <summary>As <see cref="FindDueAsync"/>, of messages that were accepted at <paramref name="acceptedUntil"/> or before.</summary>
    Task<IReadOnlyList<DueRecipient>> FindOldAsync(
        string routeName,
        DateTimeOffset now,
        DateTimeOffset acceptedUntil,
        int limit,
        CancellationToken stopping
    );

    /// <summary>Routes that something waits for, in the order of their names, from the first behind <paramref name="after"/>.</summary>
    Task<IReadOnlyList<WaitingRoute>> FindRoutesAsync(string after, DateTimeOffset now, int limit, CancellationToken stopping);

    /// <summary>
    /// Marks recipients as handed to delivery and stores the time of the attempt after this one, before this one is made. Answers the
    /// claims that held: an operator may have stopped or dropped a recipient since it was found.
    /// </summary>
    Task<IReadOnlyList<Claim>> ClaimAsync(IReadOnlyList<Claim> claims, CancellationToken stopping);

    /// <summary>Makes what waits under a route's name due, but for what is bound to it: it leaves by another now.</summary>
    /// <returns>Whether there is any.</returns>
    Task<bool> LeaveRouteAsync(string routeName, DateTimeOffset now, CancellationToken stopping);

    /// <summary>Notes that a copy may arrive by the route that the recipients have. On the disk when it completes.</summary>
    Task BindAsync(long message, IReadOnlyList<int> recipients, CancellationToken stopping);

    /// <summary>The first time behind <paramref name="after"/> at which something comes due; null when nothing does.</summary>
    Task<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken stopping);

    /// <summary>Makes due now what waits for nothing but a route. Whom a server has put off himself keeps his own time.</summary>
    Task WakeRouteAsync(string routeName, DateTimeOffset now, CancellationToken stopping);

    /// <summary>Makes what is to be tried after <paramref name="latest"/> due then.</summary>
    Task BringForwardAsync(DateTimeOffset latest, CancellationToken stopping);

    /// <summary>
    /// At start: chunks without a message are removed, and what was with delivery when the program ended is made due soon, the more often
    /// it was tried the later, so that a message that kills the program does not do so at full speed.
    /// </summary>
    Task<SweepResult> SweepAsync(DateTimeOffset now, CancellationToken stopping);

    /// <summary>Forgets messages that were done before <paramref name="before"/>; returns how many.</summary>
    Task<int> ForgetAsync(DateTimeOffset before, CancellationToken stopping);

    Task<IReadOnlyList<QueueEntry>> ListAsync(QueueSelection selection, int limit, CancellationToken stopping);

    Task<MessageStory?> FindAsync(string id, CancellationToken stopping);

    /// <summary>Messages, done or not, newest first, whose sender or a recipient contains the given text.</summary>
    Task<IReadOnlyList<MessageStory>> TraceAsync(string? sender, string? recipient, int limit, CancellationToken stopping);

    Task<QueueCounts> CountAsync(CancellationToken stopping);

    /// <summary>Changes the state of what is selected, except what delivery has in hand; returns the recipients changed.</summary>
    Task<IReadOnlyList<QueueEntry>> ChangeAsync(
        QueueSelection selection,
        QueueChange change,
        DateTimeOffset now,
        CancellationToken stopping
    );

    /// <summary>
    /// Holds or drops a portion of what waits and a suspension stops; what is to be returned is held for that. Claimed recipients are in
    /// delivery's hand, which asks <see cref="IStopList"/>.
    /// </summary>
    /// <param name="account">Whose; null: all mail.</param>
    /// <param name="suspension">What stops it.</param>
    /// <param name="why">For the trace.</param>
    /// <param name="from">The number of the message to begin with.</param>
    /// <param name="now">The time.</param>
    /// <param name="stopping">Ends the waiting.</param>
    /// <returns>Those that were changed, in the order of their messages; none: there is nothing more.</returns>
    Task<IReadOnlyList<QueueEntry>> StopAsync(
        string? account,
        Suspension suspension,
        string why,
        long from,
        DateTimeOffset now,
        CancellationToken stopping
    );

    /// <summary>Makes due what suspensions have held that are no longer in force; returns how many recipients that is.</summary>
    Task<int> ReleaseStoppedAsync(DateTimeOffset now, CancellationToken stopping);

    Task RaiseAlarmAsync(Alarm alarm, CancellationToken stopping);

    Task ClearAlarmAsync(string key, CancellationToken stopping);

    Task<IReadOnlyList<Alarm>> AlarmsAsync(CancellationToken stopping);
}
