namespace Packetboat.Protocol.Dkim;

/// <summary>RFC 8601 §2.7.1.</summary>
public enum DkimResult
{
    /// <summary>Not signed.</summary>
    None,

    Pass,

    /// <summary>The signature does not belong to this message.</summary>
    Fail,

    /// <summary>It may be right, and is not believed: too weak, expired, or not of the whole body.</summary>
    Policy,

    /// <summary>It cannot be understood.</summary>
    Neutral,

    /// <summary>DNS did not answer; later it may.</summary>
    TempError,

    /// <summary>There is no key, or none that is of use.</summary>
    PermError,
}

/// <summary>What became of one signature.</summary>
/// <param name="Result">Its word is <see cref="Word"/>.</param>
/// <param name="Domain">Who signed; empty if that cannot be read.</param>
/// <param name="Selector">Which of its keys.</param>
/// <param name="Reason">One printable line for people.</param>
/// <param name="Algorithm"><c>rsa-sha256</c> and the like; empty if it cannot be read.</param>
/// <param name="Identity">For whom the domain signed; empty if that cannot be read.</param>
/// <param name="IsTesting">The key's record says that the domain only tries. RFC 6376 §3.6.1.</param>
public sealed record DkimVerdict(
    DkimResult Result,
    string Domain,
    string Selector,
    string Reason,
    string Algorithm = "",
    string Identity = "",
    bool IsTesting = false
)
{
    public string Word => Result.ToString().ToLowerInvariant();
}
