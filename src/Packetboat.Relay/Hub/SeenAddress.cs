namespace Packetboat.Relay.Hub;

/// <summary>From where a hub sees whoever asks: behind a router no machine knows its own address.</summary>
/// <param name="Address">In the usual form; an IPv4 address as that, however it came in.</param>
public sealed record SeenAddress(string Address);
