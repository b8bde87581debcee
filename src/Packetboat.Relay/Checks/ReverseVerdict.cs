namespace Packetboat.Relay.Checks;

/// <summary>How an address of ours and its name stand to what we say in EHLO.</summary>
/// <param name="Standing">What was found.</param>
/// <param name="Name">The name that counts; empty where there is none.</param>
/// <param name="Reason">Of a look-up that failed; else empty.</param>
internal sealed record ReverseVerdict(ReverseStanding Standing, string Name, string Reason = "");

internal enum ReverseStanding
{
    /// <summary>The address has a name that leads back to it, and EHLO says that one, or another that is the address too.</summary>
    Fits,

    /// <summary>It has a name that leads back, and EHLO says another, which is not the address.</summary>
    IsAnother,

    /// <summary>Its name does not lead back: anybody can write one.</summary>
    LeadsElsewhere,
    HasNone,

    /// <summary>It could not be looked up.</summary>
    Unsure,
}
