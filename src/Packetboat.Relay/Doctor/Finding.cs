namespace Packetboat.Relay.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Check">Its name, which keeps its meaning: scripts go by it.</param>
/// <param name="Title">The same for people.</param>
/// <param name="Verdict">How it came out.</param>
/// <param name="Words">What was seen; where nothing was looked at, why. Without a full stop, as all of these.</param>
/// <param name="Cause">What that comes from; empty where it needs no saying.</param>
/// <param name="Remedy">What to do; empty where there is nothing to do.</param>
/// <param name="Publish">Records that are missing, or are to be changed to this; where nothing is wrong, what may be published besides.</param>
public sealed record Finding(
    string Check,
    string Title,
    CheckVerdict Verdict,
    string Words,
    string Cause,
    string Remedy,
    IReadOnlyList<DnsRecord> Publish
)
{
    /// <summary>What belongs to the records, where a record alone says nothing; null: nothing does.</summary>
    public WebPage? Page { get; init; }
}
