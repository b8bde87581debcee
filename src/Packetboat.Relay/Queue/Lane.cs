using System.Threading.Channels;
using Packetboat.Protocol;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Queue;

/// <summary>
/// Everything in memory that leaves by one route, and how the route is doing. Closed after a failure until a time, then one message goes
/// ahead as a probe, and its success opens the lane for the others: slow start. All members but the channel belong to the scheduler's lock.
/// </summary>
/// <param name="route">Whose mail it is.</param>
/// <param name="changed">Told of each change that the table files it by.</param>
internal sealed class Lane(Route route, Action<Lane> changed)
{
    /// <summary>Workers at the start, and after a recovery.</summary>
    private const int FirstWindow = 4;

    /// <summary>
    /// Items in hand at most, whatever the settings are and become: what <c>QueueMemory</c> may be, and what was read for the lane while new
    /// mail took the room that it was read for.
    /// </summary>
    private const int MostInHand = PacketboatKeys.MostQueueMemory + (2 * DeliveryScheduler.Portion);

    /// <summary>Octets of <see cref="Trouble"/>.</summary>
    private const int MaxTrouble = 1000;

    private Channel<DeliveryItem>? _ready;

    public Route Route { get; set; } = route;

    public string Name => Route.Name;

    /// <summary>
    /// There while something is in hand or a worker is: the lanes of dead hosts may be many, and most never want it again. The scheduler
    /// bounds what is in it.
    /// </summary>
    public Channel<DeliveryItem> Ready => _ready ?? throw new InvalidOperationException("Nothing is in hand");

    /// <summary>Reserved, waiting and being delivered. The scheduler bounds it, and so the channel.</summary>
    public int InHand { get; set; }

    public int Workers { get; set; }

    public int IdleWorkers { get; set; }

    /// <summary>Workers that have a connection.</summary>
    public int Connected { get; set; }

    /// <summary>Workers that may run now.</summary>
    public int Window { get; private set; } = FirstWindow;

    public int Failures { get; private set; }

    /// <summary>A connection came about since it was last closed.</summary>
    public bool IsProven { get; private set; }

    /// <summary>More of its mail waits in the store than there was room for: it is asked for as soon as there is.</summary>
    public bool HasStored
    {
        get;
        set => Set(ref field, value);
    }

    /// <summary>Nothing is tried before this; null while open.</summary>
    public DateTimeOffset? ClosedUntil { get; private set; }

    /// <summary>Why it is closed, printable; empty while open.</summary>
    public string Trouble { get; private set; } = "";

    /// <summary>What that means.</summary>
    public Cause Cause { get; private set; } = Cause.None;

    /// <summary>Closed because of us: the operator has to act.</summary>
    public bool IsParked { get; private set; }

    public bool IsOpen => Trouble.Length == 0;

    /// <summary>What the operator should be told of it; null: nothing.</summary>
    public string? Alarm
    {
        get;
        set => Set(ref field, value);
    }

    /// <summary>What the store says of it.</summary>
    public string? StoredAlarm
    {
        get;
        set => Set(ref field, value);
    }

    /// <summary>Of which kind that is; blank: it is not known.</summary>
    public string StoredKind { get; set; } = "";

    /// <summary>What waits in the store for this route is to be made due.</summary>
    public bool WakesMail
    {
        get;
        set => Set(ref field, value);
    }

    /// <summary>Nobody would miss it. There is a lane for every domain that mail was ever sent to, and memory has an end.</summary>
    public bool IsIdle =>
        IsOpen && InHand == 0 && Workers == 0 && Alarm is null && StoredAlarm is null && !WakesMail && !HasStored;

    /// <summary>
    /// How many items may be taken now: all that fit while it is open and known to work, few while that is to be found out, and one as a
    /// probe once the time of closing is over.
    /// </summary>
    /// <param name="now">The present.</param>
    /// <param name="most">In memory, of a lane that works.</param>
    /// <param name="unproven">In memory, of a lane that nothing is known of.</param>
    public int Room(DateTimeOffset now, int most, int unproven) =>
        IsOpen ? (IsProven ? most : Math.Min(most, unproven)) - InHand
        : InHand == 0 && MayProbe(now) ? 1
        : 0;

    public int ReadyCount => _ready?.Reader.Count ?? 0;

    /// <summary>Under the lock, before anybody asks for <see cref="Ready"/>: two who made one each would lose what the first put in.</summary>
    public void MakeReady() => _ready ??= Channel.CreateBounded<DeliveryItem>(MostInHand);

    /// <summary>Hands over what <see cref="InHand"/> counts already, so that there is a place for it.</summary>
    public void Put(DeliveryItem item)
    {
        if (!Ready.Writer.TryWrite(item))
            throw new InvalidOperationException("More is in hand than was counted");
    }

    /// <summary>Gives back what a lane without work does not need.</summary>
    public void Shed()
    {
        if (InHand == 0 && Workers == 0)
            _ready = null;
    }

    /// <param name="trouble">Why. Host names and words of strangers may be in it.</param>
    /// <param name="cause">What that means.</param>
    /// <param name="isParked">Because of us.</param>
    /// <param name="until">Nothing is tried before.</param>
    public void Close(string trouble, Cause cause, bool isParked, DateTimeOffset until)
    {
        Cause = cause;
        (Trouble, IsParked, ClosedUntil, Window, IsProven) = (PrintableText.Of(trouble, MaxTrouble), isParked, until, 1, false);
        Failures++;
        changed(this);
    }

    /// <summary>More connections than it has are not to be had. Each success asks for one more again.</summary>
    public void Narrow() => Window = Math.Max(1, Connected);

    /// <summary>Closes it for a moment, as we hold back by ourselves: that is no failure, and what it could do it still can.</summary>
    /// <param name="why">In words. Strangers' may be in it.</param>
    /// <param name="until">Nothing is tried before.</param>
    public void Pause(string why, DateTimeOffset until)
    {
        (Trouble, Cause, IsParked, ClosedUntil) = (PrintableText.Of(why, MaxTrouble), Cause.None, false, until);
        changed(this);
    }

    /// <summary>Whether the time of closing is over, so that a probe may go ahead.</summary>
    public bool MayProbe(DateTimeOffset now) => !IsOpen && ClosedUntil is { } until && until <= now;

    /// <returns>Whether it was closed.</returns>
    public bool Open(int mostWorkers)
    {
        bool wasClosed = !IsOpen;
        bool isNews = wasClosed || !IsProven || Alarm is not null;
        (Trouble, IsParked, ClosedUntil, Failures, Alarm, IsProven) = ("", false, null, 0, null, true);
        Window = Math.Min(mostWorkers, wasClosed ? FirstWindow : Window + 1);
        WakesMail |= wasClosed;
        if (isNews)
            changed(this);
        return wasClosed;
    }

    /// <summary>Lets the next message go ahead at once.</summary>
    public void ProbeNow(DateTimeOffset now)
    {
        if (IsOpen)
            return;
        ClosedUntil = now;
        WakesMail = true;
        changed(this);
    }

    private void Set<T>(ref T field, T value)
    {
        if (EqualityComparer<T>.Default.Equals(field, value))
            return;
        field = value;
        changed(this);
    }
}
