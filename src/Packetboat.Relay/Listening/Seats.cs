using System.Diagnostics.CodeAnalysis;

namespace Packetboat.Relay.Listening;

/// <summary>
/// Who sits where, and who has to leave when nobody else would get in. A stranger's connection costs nothing to open and to keep silent, so
/// a full house is no reason to turn a newcomer away: of the strangers, first those of the client that holds the most places, whoever has sat
/// longest without getting anything done leaves. Who is in the middle of a message is left alone, unless he has more than his share of the places
/// or sends hardly anything. Who has signed in or is known here stays.
/// </summary>
internal sealed class Seats(TimeProvider time)
{
    /// <summary>No client has more places than one of so many, while it sends messages and others want in.</summary>
    private const int Shares = 20;

    /// <summary>But as many as the servers of a large sender open for one domain.</summary>
    private const int Few = 5;

    /// <summary>So far behind the slowest pace that we listen to.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<ClientNetwork, int> _byNetwork = [];
    private readonly HashSet<ISeated> _seated = [];

    /// <summary>Taken, without those whose holders are on their way out.</summary>
    public int Taken
    {
        get
        {
            lock (_lock)
                return _seated.Count;
        }
    }

    /// <summary>Takes a place; <paramref name="whoLeaves"/> must then be told to go. Null and a reason where there is none to be had.</summary>
    public bool TryTake(
        ISeated newcomer,
        ConnectionLimits limits,
        out ISeated? whoLeaves,
        [NotNullWhen(false)] out string? refusal
    )
    {
        lock (_lock)
        {
            whoLeaves = null;
            refusal = TooManyFromThere(newcomer, limits);
            if (refusal is not null)
                return false;
            if (limits.Total > 0 && _seated.Count >= limits.Total && (whoLeaves = WhoShouldLeave(limits.Total)) is null)
            {
                refusal = "too many connections";
                return false;
            }

            if (whoLeaves is not null)
                Remove(whoLeaves);
            _seated.Add(newcomer);
            _byNetwork[newcomer.Network] = _byNetwork.GetValueOrDefault(newcomer.Network) + 1;
            return true;
        }
    }

    public void Leave(ISeated holder)
    {
        lock (_lock)
            Remove(holder);
    }

    private string? TooManyFromThere(ISeated newcomer, ConnectionLimits limits)
    {
        int there = _byNetwork.GetValueOrDefault(newcomer.Network);
        bool isOverAll = limits.PerAddress > 0 && there >= limits.PerAddress && !newcomer.Network.IsLoopback;
        bool isOverStrangers =
            limits.StrangersPerAddress > 0
            && there >= limits.StrangersPerAddress
            && _seated.Count(seated => seated.Network == newcomer.Network && !seated.IsSignedIn) >= limits.StrangersPerAddress;
        return isOverAll || isOverStrangers ? "too many connections from your address" : null;
    }

    /// <summary>Of the network that holds the most places, whichever of its strangers is of least use; else of the next one.</summary>
    private ISeated? WhoShouldLeave(int total) =>
        _seated
            .Where(seated => !seated.MayStay)
            .GroupBy(seated => seated.Network)
            .Select(group => (Count: group.Count(), Who: WeakestOf([.. group], Math.Max(Few, total / Shares))))
            .Where(weakest => weakest.Who is not null)
            .OrderByDescending(weakest => weakest.Count)
            .ThenBy(weakest => weakest.Who!.IdleSince)
            .FirstOrDefault()
            .Who;

    private ISeated? WeakestOf(ISeated[] strangers, int share)
    {
        if (strangers.Where(seated => !seated.IsReceiving).MinBy(seated => seated.IdleSince) is { } idle)
            return idle;
        ISeated faintest = strangers.MinBy(seated => seated.HeardAt)!;
        return strangers.Length > share || time.GetElapsedTime(faintest.HeardAt) >= Silence ? faintest : null;
    }

    private void Remove(ISeated holder)
    {
        if (!_seated.Remove(holder))
            return;
        int left = _byNetwork[holder.Network] - 1;
        if (left == 0)
            _byNetwork.Remove(holder.Network);
        else
            _byNetwork[holder.Network] = left;
    }
}

/// <summary>A connection, as far as its place is concerned.</summary>
internal interface ISeated
{
    ClientNetwork Network { get; }

    bool IsSignedIn { get; }

    /// <summary>Nobody makes it leave for another.</summary>
    bool MayStay { get; }

    /// <summary>A timestamp: since when it has got nothing done.</summary>
    long IdleSince { get; }

    /// <summary>It is in the middle of a message.</summary>
    bool IsReceiving { get; }

    /// <summary>A timestamp: until when the octets of the message would have lasted at the slowest pace; at most now.</summary>
    long HeardAt { get; }
}
