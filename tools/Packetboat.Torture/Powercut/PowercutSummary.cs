using System.Globalization;
using System.Text;

namespace Packetboat.Torture.Powercut;

/// <summary>What was recorded, how often the power was cut, and what was missing then.</summary>
internal sealed record PowercutSummary
{
    public required int Seed { get; init; }

    public required string Packetboat { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Events of each kind.</summary>
    public required IReadOnlyDictionary<string, int> Recorded { get; init; }

    public required long OctetsWritten { get; init; }

    /// <summary>Writes after each of which the power was cut, from the first on: twice, with all of them and with what was synced.</summary>
    public required int Prefixes { get; init; }

    /// <summary>Syncs among these.</summary>
    public required int SyncWindows { get; init; }

    /// <summary>Orders in which writes were put down that a sync was about to make durable.</summary>
    public required int Reorderings { get; init; }

    /// <summary>Of <see cref="PromisesChecked"/>, those at these cuts.</summary>
    public required long PromisesOfPrefixes { get; init; }

    /// <summary>Of <see cref="FaultCount"/>, those at these cuts.</summary>
    public required int FaultsOfPrefixes { get; init; }

    /// <summary>Power cuts by chance, by what they left of that which was not synced.</summary>
    public required IReadOnlyDictionary<string, int> PowerCuts { get; init; }

    /// <summary>Moments of the recording at which the power was cut.</summary>
    public required int Moments { get; init; }

    /// <summary>Over all cuts: messages that a client had a 250 for.</summary>
    public required long PromisesChecked { get; init; }

    /// <summary>Over all cuts: open messages of which every octet was compared.</summary>
    public required long ContentsCompared { get; init; }

    /// <summary>Of <see cref="ContentsCompared"/>, those in files of their own.</summary>
    public required long FilesCompared { get; init; }

    /// <summary>Over all cuts: copies filed as delivered that the exchange had indeed taken.</summary>
    public required long DeliveriesChecked { get; init; }

    public required int FaultCount { get; init; }

    /// <summary>The first of them.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    public bool IsGood => FaultCount == 0;

    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {Seed}, {Packetboat}, {Seconds:0} s");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"recorded     {Recorded.Values.Sum()} events, {OctetsWritten / 1024} KiB written ({List(Recorded)})"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"in order     {2 * Prefixes} after each of the first {Prefixes} writes, {Reorderings} reordered in {SyncWindows} sync windows; {PromisesOfPrefixes} promises, {FaultsOfPrefixes} faults"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"power cuts   {PowerCuts.Values.Sum()} at {Moments} moments ({List(PowerCuts)})"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"checked      {PromisesChecked} promises, {ContentsCompared} contents ({FilesCompared} in files), {DeliveriesChecked} deliveries"
        );
        text.AppendLine(CultureInfo.InvariantCulture, $"faults       {FaultCount}");
        foreach (string fault in Faults)
            text.AppendLine("FAULT        " + fault);
        return text.ToString().TrimEnd();
    }

    private static string List(IReadOnlyDictionary<string, int> counts) =>
        string.Join(", ", counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));
}
