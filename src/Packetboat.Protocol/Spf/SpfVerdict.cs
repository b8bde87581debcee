namespace Packetboat.Protocol.Spf;

/// <summary>What SPF says, and why.</summary>
/// <param name="Result">Its word is <see cref="Word"/>.</param>
/// <param name="Domain">Whose record was looked at: of MAIL FROM, or of HELO where the sender is null. RFC 7208 §2.4.</param>
/// <param name="Reason">One printable line for people.</param>
/// <param name="Mechanism">The term that decided, as it stands in the record; null where none did.</param>
/// <param name="Explanation">What the domain says to those who are refused; null where it says nothing. RFC 7208 §6.2.</param>
public sealed record SpfVerdict(
    SpfResult Result,
    string Domain,
    string Reason,
    string? Mechanism = null,
    string? Explanation = null
)
{
    /// <summary>The result's word as RFC 7208 §2.6 and RFC 8601 §2.7.2 have it.</summary>
    public string Word => Result.ToString().ToLowerInvariant();
}
