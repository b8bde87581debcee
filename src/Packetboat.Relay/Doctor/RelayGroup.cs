using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Doctor;

/// <summary>Relays for the same mail, the best first: one that works will do.</summary>
/// <param name="Relays">At least one.</param>
/// <param name="IsDetour">Only for what cannot go to its own servers.</param>
internal sealed record RelayGroup(IReadOnlyList<RelaySettings> Relays, bool IsDetour);
