namespace Packetboat.Relay.Hub;

/// <summary>A node that may send through this hub.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Created">When the operator added it.</param>
/// <param name="Suspension">As it was last set; it may have ended since.</param>
/// <param name="Note">The operator's own words.</param>
/// <param name="SignIn">How it has to sign in at least; null: as it likes.</param>
public sealed record Account(
    QwkId Id,
    DateTimeOffset Created,
    Suspension? Suspension = null,
    string Note = "",
    SignInRule? SignIn = null
);
