using System.Collections.Concurrent;

namespace Packetboat.Torture.Wire;

/// <summary>
/// Every message that went whole over a connection, and what its sender could know of that. This is what tells a duplicate that must be
/// from one that must not.
/// </summary>
internal sealed class Handovers
{
    private readonly ConcurrentQueue<Handover> _all = new();

    public void Add(Handover handover) => _all.Enqueue(handover);

    /// <summary>By what was sent and to whom, in the order in which it was.</summary>
    public IEnumerable<IGrouping<(string Id, string Recipient), Handover>> ByCopy() =>
        _all.Where(handover => handover.MayHaveArrived)
            .SelectMany(handover => handover.Recipients.Select(to => (Key: (handover.Id, to), handover)))
            .GroupBy(pair => pair.Key, pair => pair.handover);
}

/// <summary>A message of which the last octet was passed on.</summary>
/// <param name="id">The name that the sending installation has for it.</param>
/// <param name="recipients">Those that were accepted.</param>
/// <param name="connected">When the connection was made: whoever sends on it was alive then.</param>
/// <param name="at">When.</param>
internal sealed class Handover(string id, IReadOnlyList<string> recipients, long connected, long at)
{
    private long _replyPassed;

    public string Id { get; } = id;

    public IReadOnlyList<string> Recipients { get; } = recipients;

    public long Connected { get; } = connected;

    public long At { get; } = at;

    /// <summary>The receiver said no: it has not arrived.</summary>
    public bool WasRefused { get; set; }

    public bool MayHaveArrived => !WasRefused;

    /// <summary>When the 250 had been written to the sender's connection, in full; 0: it was not.</summary>
    public long ReplyPassed
    {
        get => Volatile.Read(ref _replyPassed);
        set => Volatile.Write(ref _replyPassed, value);
    }
}
