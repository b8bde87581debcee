using System.Diagnostics;

namespace Packetboat.Bench.Relay;

/// <summary>Milliseconds.</summary>
internal sealed record Latencies(double P50, double P90, double P99, double P999, double Max)
{
    public static Latencies Of(IEnumerable<long> ticks)
    {
        long[] sorted = [.. ticks.Order()];
        double at(double share) =>
            sorted.Length == 0
                ? 0
                : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))] * 1000.0 / Stopwatch.Frequency;
        return new Latencies(at(0.5), at(0.9), at(0.99), at(0.999), at(1));
    }
}
