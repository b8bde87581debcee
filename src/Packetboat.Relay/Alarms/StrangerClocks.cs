using Packetboat.Protocol.Dmarc;

namespace Packetboat.Relay.Alarms;

/// <summary>
/// What time it is at the servers that mail goes to. Each of them may be wrong himself, and nobody else's clock is our concern: only if the
/// last three of different owners say the same of ours is it compared with theirs.
/// </summary>
/// <param name="comparison">Told of the one that is nearest to us.</param>
/// <param name="time">Our clock.</param>
public sealed class StrangerClocks(ClockComparison comparison, TimeProvider time)
{
    /// <summary>As the alarm names them.</summary>
    public const string Whose = "three servers of different owners that mail goes to";

    /// <summary>One is wrong, two may be of one maker.</summary>
    private const int Needed = 3;

    /// <summary>What has not changed is said so seldom: it costs a look at the alarms.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly List<Heard> _heard = [];
    private (ClockDistance Distance, long At)? _said;

    /// <param name="host">Whose time it is.</param>
    /// <param name="theirs">What time it is there.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async ValueTask HearAsync(string host, DateTimeOffset theirs, CancellationToken ct)
    {
        DateTimeOffset now = time.GetUtcNow();
        var heard = new Heard(PublicSuffixList.Embedded.OrganizationalDomain(host), now - theirs, time.GetTimestamp());
        if (Note(heard) is { } ahead && await comparison.CompareAsync(Whose, now - ahead, ct))
            lock (_lock)
                _said = (ClockComparison.Distance(ahead), time.GetTimestamp());
    }

    /// <summary>How far we are ahead of the one of them that is nearest; null: nothing new is known.</summary>
    private TimeSpan? Note(Heard heard)
    {
        lock (_lock)
        {
            _heard.RemoveAll(one => one.Owner == heard.Owner || time.GetElapsedTime(one.At) >= ClockComparison.Counts);
            _heard.Add(heard);
            if (_heard.Count > Needed)
                _heard.RemoveAt(0);
            if (_heard.Count < Needed)
                return null;
            TimeSpan nearest = Nearest();
            ClockDistance distance = ClockComparison.Distance(nearest);
            return _said is { } said && said.Distance == distance && time.GetElapsedTime(said.At) < Again ? null : nearest;
        }
    }

    /// <summary>Where we are ahead of some and behind others, it is they who disagree.</summary>
    private TimeSpan Nearest() =>
        _heard.TrueForAll(one => one.Ahead > TimeSpan.Zero) || _heard.TrueForAll(one => one.Ahead < TimeSpan.Zero)
            ? _heard.MinBy(one => one.Ahead.Duration())!.Ahead
            : TimeSpan.Zero;

    /// <param name="Owner">Of the server.</param>
    /// <param name="Ahead">How far we were.</param>
    /// <param name="At">When it was heard.</param>
    private sealed record Heard(string Owner, TimeSpan Ahead, long At);
}
