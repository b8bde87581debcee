using System.Diagnostics.CodeAnalysis;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Queue;

/// <summary>
/// All lanes, and which of them want something. There may be one for every domain that is dead, and the scheduler's loop runs for each
/// message that is stored: it must not look at all of them. Belongs to the scheduler's lock.
/// </summary>
internal sealed class LaneTable
{
    /// <summary>
    /// Routes that are remembered. For a closed one that is forgotten nothing is lost: its mail has times of its own in the store, and the
    /// first of it finds out again that nobody is there.
    /// </summary>
    public const int MaxLanes = 20_000;

    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly HashSet<Lane> _withNews = [];
    private readonly HashSet<Lane> _withMore = [];
    private readonly SortedSet<(DateTimeOffset Until, string Name)> _closed = [];
    private readonly Dictionary<Lane, DateTimeOffset> _closedUntil = [];

    public int Count => _lanes.Count;

    /// <summary>Whether one that is not needed must not stay.</summary>
    public bool IsFull => _lanes.Count > MaxLanes;

    public IEnumerable<Lane> All => _lanes.Values;

    /// <summary>The store has yet to hear something of them.</summary>
    public IReadOnlyCollection<Lane> WithNews => _withNews;

    /// <summary>Known to work, and more of their mail waits in the store. Of those that are not known to work a survey finds the mail.</summary>
    public IReadOnlyCollection<Lane> WithMore => _withMore;

    public bool TryGet(string name, [NotNullWhen(true)] out Lane? lane) => _lanes.TryGetValue(name, out lane);

    public Lane Add(Route route) => _lanes[route.Name] = new Lane(route, File);

    public void Remove(Lane lane)
    {
        if (TryGet(lane.Name, out Lane? known) && known == lane)
            _lanes.Remove(lane.Name);
    }

    /// <summary>Forgets closed lanes, those that open soonest first, until there are not too many. What has work or an alarm stays.</summary>
    public void Trim()
    {
        if (!IsFull)
            return;
        Lane[] spare =
        [
            .. _closed
                .Select(closed => _lanes[closed.Name])
                .Where(lane => lane is { InHand: 0, Workers: 0, WakesMail: false, Alarm: null, StoredAlarm: null })
                .Take(_lanes.Count - MaxLanes),
        ];
        foreach (Lane lane in spare)
        {
            _closed.Remove((_closedUntil[lane], lane.Name));
            _closedUntil.Remove(lane);
            Remove(lane);
        }
    }

    /// <summary>Those that have been closed, and whose time of closing was over by then.</summary>
    public IReadOnlyList<Lane> ClosedUntil(DateTimeOffset time) =>
        [.. _closed.TakeWhile(closed => closed.Until <= time).Select(closed => _lanes[closed.Name])];

    /// <summary>When the next time of closing ends after this one; null: none does.</summary>
    public DateTimeOffset? NextEnd(DateTimeOffset after)
    {
        if (_closed.Count == 0 || _closed.Max.Until <= after)
            return null;
        return _closed.GetViewBetween((after.AddTicks(1), ""), _closed.Max).Min.Until;
    }

    /// <summary>The lane tells it of each change.</summary>
    private void File(Lane lane)
    {
        Keep(_withNews, lane, lane.WakesMail || lane.Alarm != lane.StoredAlarm);
        Keep(_withMore, lane, lane is { HasStored: true, IsProven: true });
        if (_closedUntil.Remove(lane, out DateTimeOffset known))
            _closed.Remove((known, lane.Name));
        if (lane is { IsOpen: false, ClosedUntil: { } until })
        {
            _closedUntil[lane] = until;
            _closed.Add((until, lane.Name));
        }
    }

    private static void Keep(HashSet<Lane> those, Lane lane, bool belongs)
    {
        if (belongs)
            those.Add(lane);
        else
            those.Remove(lane);
    }
}
