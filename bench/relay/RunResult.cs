namespace Packetboat.Bench.Relay;

/// <summary>What one run showed. Milliseconds, MiB.</summary>
internal sealed record RunResult
{
    public int Messages { get; init; }
    public int Accepted { get; init; }
    public double AcceptedPerSecond { get; init; }
    public double DeliveredPerSecond { get; init; }
    public Latencies Submission { get; init; } = new(0, 0, 0, 0, 0);
    public Latencies Journey { get; init; } = new(0, 0, 0, 0, 0);
    public int Lost { get; init; }
    public int Duplicates { get; init; }
    public double CpuPerMessage { get; init; }
    public double SystemShare { get; init; }
    public double OwnCpuPerMessage { get; init; }
    public double PeakMemory { get; init; }
    public int OpenFiles { get; init; }
    public int Processes { get; init; }
    public IReadOnlyDictionary<string, int> Failures { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>One line for a person.</summary>
    public override string ToString()
    {
        string line = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"delivered {DeliveredPerSecond:0}/s accepted {AcceptedPerSecond:0}/s ms p50 {Submission.P50:0.00} p99 {Submission.P99:0.0} max {Submission.Max:0} "
                + $"journey p50 {Journey.P50:0.0} p99 {Journey.P99:0} cpu {CpuPerMessage:0.000} ms/msg ({SystemShare:P0} sys) rig {OwnCpuPerMessage:0.000} "
                + $"PSS {PeakMemory:0} MiB procs {Processes} fds {OpenFiles} dup {Duplicates} lost {Lost} of {Messages}"
        );
        return Failures.Count == 0 ? line : $"{line} FAILURES {string.Join("; ", Failures.Select(f => $"{f.Value} × {f.Key}"))}";
    }
}
