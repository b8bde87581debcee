using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>A suspension has begun or ended.</summary>
/// <param name="Account">The account as it is now; null: all relaying.</param>
/// <param name="Suspension">In force now; null: none.</param>
/// <param name="Recipients">Queued recipients that were held, dropped, returned or let go.</param>
public sealed record SuspensionChanged(AccountRow? Account, Suspension? Suspension, int Recipients);
