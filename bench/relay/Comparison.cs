using System.Globalization;
using System.Net;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>Runs the contestants in alternation, so that the machine's moods meet all of them, and makes the table.</summary>
internal sealed class Comparison(
    IReadOnlyList<Contestant> contestants,
    IReadOnlyList<Point> points,
    Workplace place,
    TimeProvider time
)
{
    /// <summary>For the caches, the JIT and the first files.</summary>
    private const double WarmUpShare = 0.1;

    private readonly Dictionary<(Point, Contestant), List<RunResult>> _results = [];

    public async Task<string> RunAsync(int runs, CancellationToken ct)
    {
        foreach (Point point in points)
        {
            for (int run = 0; run < runs; run++)
            {
                foreach (Contestant contestant in contestants)
                    await RunAsync(point, contestant, run, ct);
            }
        }

        return Table();
    }

    private async Task RunAsync(Point point, Contestant contestant, int run, CancellationToken ct)
    {
        using var sink = new Sink(new IPEndPoint(IPAddress.Loopback, 0));
        sink.Start();
        try
        {
            await using Peer peer = await Peer.StartAsync(contestant, point, place, sink.Port, time, ct);
            LoadOptions load = point.Load with
            {
                Server = peer.Address,
                Messages = (int)(point.Messages * contestant.Factor),
                Credentials = point.NeedsAuth ? (contestant.UserName, Point.Password) : null,
            };
            LoadOptions warmUp = load with { Messages = Math.Max(load.Connections, (int)(load.Messages * WarmUpShare)) };
            await new RelayRun(warmUp, sink, null, time).MeasureAsync(ct);
            RunResult result = await new RelayRun(load, sink, peer.Server, time).MeasureAsync(ct);
            Console.Error.WriteLine($"{point.Name} {contestant.Name} {run + 1}: {result}");
            if (!_results.TryGetValue((point, contestant), out List<RunResult>? all))
                _results[(point, contestant)] = all = [];
            all.Add(result);
        }
        catch (Exception failed) when (failed is InvalidOperationException or TimeoutException or IOException)
        {
            Console.Error.WriteLine($"{point.Name} {contestant.Name} {run + 1}: {failed.Message}");
        }
    }

    private string Table()
    {
        var text = new StringBuilder();
        foreach (Point point in points)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"### {point.Words}").AppendLine();
            text.AppendLine(
                "| server | delivered/s | accepted/s | ms p50 | ms p99 | CPU ms a message | PSS MiB | lost, twice | delivered, to the last row |"
            );
            text.AppendLine("|---|---|---|---|---|---|---|---|---|");
            Contestant reference = contestants[^1];
            foreach (Contestant contestant in contestants)
                text.AppendLine(Row(point, contestant, reference));
            text.AppendLine();
        }

        return text.ToString();
    }

    private string Row(Point point, Contestant contestant, Contestant reference)
    {
        if (!_results.TryGetValue((point, contestant), out List<RunResult>? runs))
            return $"| {contestant.Name} | did not run | | | | | | | |";
        _results.TryGetValue((point, reference), out List<RunResult>? others);
        double delivered = Median(runs, r => r.DeliveredPerSecond);
        string ratio = others is null ? "" : $"{delivered / Median(others, r => r.DeliveredPerSecond):0.0} ×";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {contestant.Name} | {delivered:0} ({Range(runs, r => r.DeliveredPerSecond, "0")}) | {Median(runs, r => r.AcceptedPerSecond):0} | {Median(runs, r => r.Submission.P50):0.0} | {Median(runs, r => r.Submission.P99):0.0} ({Range(runs, r => r.Submission.P99, "0.0")}) | {Median(runs, r => r.CpuPerMessage):0.000} | {Median(runs, r => r.PeakMemory):0} | {runs.Sum(r => r.Lost)}, {runs.Sum(r => r.Duplicates)} | {ratio} |"
        );
    }

    private static double Median(List<RunResult> runs, Func<RunResult, double> what)
    {
        double[] sorted = [.. runs.Select(what).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Range(List<RunResult> runs, Func<RunResult, double> what, string format) =>
        $"{runs.Min(what).ToString(format, CultureInfo.InvariantCulture)}-{runs.Max(what).ToString(format, CultureInfo.InvariantCulture)}";
}
