namespace Packetboat.Relay.Arrival;

/// <summary>Something for which receivers refuse a message, or take it for spam.</summary>
/// <param name="Domain">Whose it is.</param>
/// <param name="Reason">What is wrong, a sentence without its point.</param>
/// <param name="Remedy">What mends it, a sentence without its point.</param>
/// <param name="Record">What to publish, as a zone file has it; empty: no record helps.</param>
public sealed record ArrivalProblem(string Domain, string Reason, string Remedy, string Record = "");

/// <summary>What was found.</summary>
/// <param name="Problems">None: it will arrive, as far as SPF, DKIM and DMARC go.</param>
/// <param name="Unsure">Why more could not be found out; empty: nothing was missing.</param>
/// <param name="IsSpfMissing">SPF of the envelope does not pass.</param>
public sealed record ArrivalFinding(IReadOnlyList<ArrivalProblem> Problems, string Unsure = "", bool IsSpfMissing = false)
{
    public static ArrivalFinding Fine { get; } = new([]);

    /// <summary>In one line, for the trace; empty where there is nothing to say.</summary>
    public string Summary =>
        Problems.Count > 0 ? string.Join("; ", Problems.Select(problem => $"{problem.Reason}. {problem.Remedy}"))
        : Unsure.Length > 0 ? $"not known whether it will arrive: {Unsure}"
        : "";
}
