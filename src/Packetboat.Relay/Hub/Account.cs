namespace Packetboat.Relay.Hub;

/// <summary>A node that may send through this hub.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Created">When the operator added it.</param>
/// <param name="Suspension">As it was last set; it may have ended since.</param>
/// <param name="Note">The operator's own words.</param>
public sealed record Account(QwkId Id, DateTimeOffset Created, Suspension? Suspension = null, string Note = "");
