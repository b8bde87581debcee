using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Doctor;

/// <summary>What came of signing in to the relay, as delivery does it.</summary>
/// <param name="Settings">As they are written.</param>
/// <param name="Outcome">With them; a session in it has ended.</param>
/// <param name="OtherPort">Where it works instead; null: nowhere, or it was not tried.</param>
internal sealed record RelayContact(RelaySettings Settings, Connection Outcome, RelaySettings? OtherPort)
{
    public bool Works => Outcome is Connection.Ready;

    /// <summary>No address was called: the DNS has none. A host that was called stands there with its address.</summary>
    public bool HasNoAddress =>
        Outcome is Connection.Unreachable { Host: var called } && !called.Contains('[', StringComparison.Ordinal);
}
