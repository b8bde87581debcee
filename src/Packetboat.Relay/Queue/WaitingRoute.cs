namespace Packetboat.Relay.Queue;

/// <summary>A route that something waits for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsDue">Whether the time of any of it has come.</param>
public sealed record WaitingRoute(string Name, bool IsDue);
