using System.Globalization;
using System.Text;
using Packetboat.Torture.Wire;

namespace Packetboat.Torture.Storm;

/// <summary>What was done, and what became of the mail.</summary>
internal sealed record StormSummary
{
    public required int Seed { get; init; }

    public required string Packetboat { get; init; }

    public required double Seconds { get; init; }

    /// <summary>By victim.</summary>
    public required IReadOnlyDictionary<string, int> Kills { get; init; }

    /// <summary>By kind.</summary>
    public required IReadOnlyDictionary<string, int> DiskFaults { get; init; }

    /// <summary>Calls to the disk that failed for it.</summary>
    public required long FailedCalls { get; init; }

    public required int ClockJumps { get; init; }

    /// <summary>Times that <c>packetboat verify</c> was asked, by after what.</summary>
    public required IReadOnlyDictionary<string, int> Verifications { get; init; }

    public required double VerifySeconds { get; init; }

    public required double LongestVerifySeconds { get; init; }

    /// <summary>Silences that our own clock ended, not the peer: by hop, who gave up, and where.</summary>
    public required IReadOnlyDictionary<string, int> TimeOuts { get; init; }

    /// <summary>By hop, phase and kind; those that might have happened and did not, too.</summary>
    public required IReadOnlyList<CutCount> Cuts { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Letters, each with one to three recipients, that a client has a 250 for.</summary>
    public required int Accepted { get; init; }

    /// <summary>Copies that were promised: recipients of accepted letters.</summary>
    public required int Promised { get; init; }

    public required int Delivered { get; init; }

    public required int Bounced { get; init; }

    /// <summary>The sender was told that it did not arrive, and it did.</summary>
    public required IReadOnlyList<string> DeliveredAndBounced { get; init; }

    /// <summary>Copies that came more than once, by what doubled them.</summary>
    public required IReadOnlyDictionary<string, int> Duplicates { get; init; }

    /// <summary>A client got a 4xx or 5xx for it, and it was delivered.</summary>
    public required int DeliveredThoughRefused { get; init; }

    /// <summary>The longest time from a 250 to a kill after which the message was sent again, with a good disk: what a commit takes.</summary>
    public required double LongestWindowMilliseconds { get; init; }

    public required IReadOnlyList<string> Lost { get; init; }

    public required IReadOnlyList<string> Problems { get; init; }

    public bool IsGood => Lost.Count == 0 && DeliveredAndBounced.Count == 0 && Problems.Count == 0;

    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {Seed}, {Packetboat}, {Seconds:0} s");
        text.AppendLine(CultureInfo.InvariantCulture, $"kills        {Sum(Kills)} ({List(Kills)})");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"disk faults  {Sum(DiskFaults)} ({List(DiskFaults)}), {FailedCalls} calls failed"
        );
        text.AppendLine(CultureInfo.InvariantCulture, $"clock jumps  {ClockJumps}");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"verified     {Sum(Verifications)} ({List(Verifications)}) in {VerifySeconds:0.0} s, the longest {LongestVerifySeconds:0.00} s"
        );
        text.AppendLine(CultureInfo.InvariantCulture, $"time-outs    {Sum(TimeOuts)} ({List(TimeOuts)})");
        text.AppendLine(CultureInfo.InvariantCulture, $"cuts         {Cuts.Sum(cut => cut.Count)}");
        foreach (string hop in Cuts.Select(cut => cut.Hop).Distinct(StringComparer.Ordinal))
            AppendCuts(text, hop);
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"accepted     {Accepted} messages of {Attempts} attempts, {Promised} copies promised"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"delivered    {Delivered}, bounced {Bounced}, both {DeliveredAndBounced.Count}, delivered though refused {DeliveredThoughRefused}"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"duplicates   {Sum(Duplicates)} ({List(Duplicates)}); longest window {LongestWindowMilliseconds:0} ms"
        );
        text.AppendLine(CultureInfo.InvariantCulture, $"lost         {Lost.Count}");
        foreach (string line in Lost.Take(20))
            text.AppendLine("LOST         " + line);
        foreach (string line in DeliveredAndBounced.Take(20))
            text.AppendLine("BOTH         " + line);
        foreach (string line in Problems.Take(40))
            text.AppendLine("PROBLEM      " + line);
        return text.ToString().TrimEnd();
    }

    /// <summary>A row for each place in the conversation, a column for each kind of blow.</summary>
    private void AppendCuts(StringBuilder text, string hop)
    {
        string[] blows = [.. Enum.GetNames<Blow>()];
        text.AppendLine(CultureInfo.InvariantCulture, $"  {hop, -11}{string.Concat(blows.Select(blow => $"{blow, 14}"))}");
        foreach (
            IGrouping<string, CutCount> phase in Cuts.Where(cut => cut.Hop == hop)
                .GroupBy(cut => cut.Phase, StringComparer.Ordinal)
        )
        {
            IEnumerable<string> cells = blows.Select(blow =>
                phase.FirstOrDefault(cut => cut.Blow == blow)?.Count.ToString(CultureInfo.InvariantCulture) ?? "-"
            );
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  {phase.Key, -11}{string.Concat(cells.Select(cell => $"{cell, 14}"))}"
            );
        }
    }

    private static int Sum(IReadOnlyDictionary<string, int> counts) => counts.Values.Sum();

    private static string List(IReadOnlyDictionary<string, int> counts) =>
        string.Join(
            ", ",
            counts
                .Where(pair => pair.Value > 0)
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{pair.Key} {pair.Value}")
        );
}

/// <summary>How often a conversation was struck in one place in one way.</summary>
/// <param name="Hop">Who sends.</param>
/// <param name="Phase">Where.</param>
/// <param name="Blow">How.</param>
/// <param name="Count">How often.</param>
internal sealed record CutCount(string Hop, string Phase, string Blow, int Count);
