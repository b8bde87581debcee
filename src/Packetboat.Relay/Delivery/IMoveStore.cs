using Packetboat.Relay.Operations;

namespace Packetboat.Relay.Delivery;

/// <summary>Keeps what was moved to the relay over a restart.</summary>
public interface IMoveStore
{
    IReadOnlyList<RouteMove> Moves();

    /// <summary>Completes when it is on the disk.</summary>
    Task SaveMoveAsync(RouteMove move);

    Task RemoveMoveAsync(string what);

    /// <summary>The latest changes, newest first.</summary>
    IReadOnlyList<RouteChange> RouteChanges(int limit);

    /// <summary>Completes when it is on the disk. Of more than <paramref name="kept"/> the oldest are forgotten.</summary>
    Task NoteRouteChangeAsync(RouteChange change, int kept);
}
