using System.Globalization;

namespace Packetboat.Bench.Relay;

/// <summary>What one turn showed. Milliseconds, MiB, processors.</summary>
internal sealed record SiegeTurn(SiegeKind Kind, double Accepted, double Delivered, Latencies Latencies)
{
    public double Memory { get; init; }
    public int Files { get; init; }
    public double ServerCores { get; init; }
    public double RigCores { get; init; }
    public int Lost { get; init; }

    /// <summary>How the besiegers or the flood fared.</summary>
    public string Siege { get; init; } = "";

    /// <summary>What went wrong for the honest.</summary>
    public IReadOnlyDictionary<string, int> Failures { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>One line for a person.</summary>
    public override string ToString()
    {
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"{Kind}: accepted {Accepted:0}/s delivered {Delivered:0}/s ms p50 {Latencies.P50:0.00} p99 {Latencies.P99:0.0} max {Latencies.Max:0} "
                + $"PSS {Memory:0} MiB fds {Files} cores {ServerCores:0.00} rig {RigCores:0.00} lost {Lost}"
        );
        if (Siege.Length > 0)
            line += $"\n    {Siege}";
        return Failures.Count == 0
            ? line
            : $"{line}\n    HONEST {string.Join("; ", Failures.Select(f => $"{f.Value} × {f.Key}"))}";
    }
}
