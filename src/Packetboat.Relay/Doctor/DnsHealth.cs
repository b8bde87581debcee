namespace Packetboat.Relay.Doctor;

/// <summary>Whether the DNS answers, and for the Internet.</summary>
/// <param name="Answered">Questions that were answered.</param>
/// <param name="Missing">Of these, by that there is no such name: for names that everybody knows.</param>
/// <param name="Failures">What came of the others, each kind once.</param>
internal sealed record DnsHealth(int Answered, int Missing, IReadOnlyList<string> Failures)
{
    public bool IsDead => Answered == 0;

    /// <summary>Why nothing that it says is of use; empty: it is.</summary>
    public string Trouble =>
        IsDead ? "the DNS does not answer"
        : Missing == Answered ? "the DNS knows no name of the Internet"
        : "";
}
