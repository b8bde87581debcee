namespace Packetboat.Relay.Delivery;

/// <summary>Keeps what was moved to the relay over a restart.</summary>
public interface IMoveStore
{
    IReadOnlyList<RouteMove> Moves();

    /// <summary>Completes when it is on the disk.</summary>
    Task SaveMoveAsync(RouteMove move);

    Task RemoveMoveAsync(string what);
}
