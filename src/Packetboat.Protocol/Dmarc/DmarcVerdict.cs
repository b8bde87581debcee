namespace Packetboat.Protocol.Dmarc;

/// <summary>RFC 7489 §11.2.</summary>
public enum DmarcResult
{
    /// <summary>The domain asks for nothing.</summary>
    None,

    Pass,
    Fail,

    /// <summary>DNS did not answer; later it may.</summary>
    TempError,

    /// <summary>From or the record cannot be understood.</summary>
    PermError,
}

/// <summary>What DMARC says, and why.</summary>
/// <param name="Result">Its word is <see cref="Word"/>.</param>
/// <param name="Domain">Of From; empty if there is none that can be read.</param>
/// <param name="PolicyDomain">Where the record was found: the same, or its organization's; null: nowhere.</param>
/// <param name="Record">What was found there.</param>
/// <param name="Policy">What the domain asks for if the message fails.</param>
/// <param name="Reason">One printable line for people.</param>
/// <param name="DomainExists">The domain has an address or a mail host. RFC 7489 appendix A.4. False only where that is known.</param>
public sealed record DmarcVerdict(
    DmarcResult Result,
    string Domain,
    string? PolicyDomain,
    DmarcRecord? Record,
    DmarcPolicy Policy,
    string Reason,
    bool DomainExists = true
)
{
    public string Word => Result.ToString().ToLowerInvariant();
}
