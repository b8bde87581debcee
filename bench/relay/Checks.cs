using System.Globalization;
using System.Net;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>
/// A hub with its checks on and off in alternation, each turn from an empty folder, for mail that its node has signed and for mail that it has
/// not. Before a turn is measured it is seen that the checks that are on refuse, and that those that are off do not.
/// </summary>
internal sealed class Checks(string program, string work, NodeKey node, TimeProvider time)
{
    private const double WarmUpShare = 0.1;

    private readonly Dictionary<(CheckSetup Setup, bool Signed), List<RunResult>> _results = [];

    public required IReadOnlyList<CheckSetup> Setups { get; init; }
    public required int Messages { get; init; }
    public required int Connections { get; init; }
    public required int Size { get; init; }

    /// <summary>Different recipients, so that the limit of first-time ones has something to remember.</summary>
    public required int Mailboxes { get; init; }

    /// <summary>Messages that were refused, lost or came twice, in all turns. With any of them the figures mean nothing.</summary>
    public int Wrong => _results.Values.Sum(runs => runs.Sum(r => r.Messages - r.Accepted + r.Lost + r.Duplicates));

    public async Task<string> RunAsync(int runs, CancellationToken ct)
    {
        for (int run = 0; run < runs; run++)
        {
            foreach (bool signed in (bool[])[false, true])
            {
                foreach (CheckSetup setup in Setups)
                    await TurnAsync(setup, signed, run, ct);
            }
        }

        return Report();
    }

    private async Task TurnAsync(CheckSetup setup, bool signed, int run, CancellationToken ct)
    {
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        using var sink = new Sink(new IPEndPoint(IPAddress.Loopback, 0));
        sink.Start();
        using var names = new DeadNames(oneSilentIn: 1, new IPEndPoint(IPAddress.Loopback, 0));
        names.Start();
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        CheckedHub.Make(setup, program, work, address.Port, sink.Port, names, node);
        var load = new LoadOptions
        {
            Server = address,
            Connections = Connections,
            Messages = Messages,
            Mailboxes = Mailboxes,
            Size = Size,
            Credentials = (Point.UserName, Point.Password),
            Key = signed ? node : null,
        };
        await using Spoke hub = await Spoke.StartAsync(program, work, load, time, ct);
        // Without sender rules a stranger may still be refused for what the DNS says of him.
        if (setup.Account || !setup.Arrival)
            Probe(load, CheckedHub.StrangeDomain, setup.Account ? "550 5.7.1 " : "");
        Probe(load, CheckedHub.RefusedDomain, setup.Arrival ? "550 5.7.26 " : "");
        LoadOptions warmUp = load with { Messages = Math.Max(Connections, (int)(Messages * WarmUpShare)) };
        await new RelayRun(warmUp, sink, null, time).MeasureAsync(ct);
        RunResult result = await new RelayRun(load, sink, hub.Server, time).MeasureAsync(ct);
        Console.Error.WriteLine($"{setup.Words}, {Kind(signed)}, {run + 1}: {result}");
        if (!_results.TryGetValue((setup, signed), out List<RunResult>? all))
            _results[(setup, signed)] = all = [];
        all.Add(result);
    }

    /// <summary>One message from a domain that a check does not let through.</summary>
    /// <param name="load">How it is sent.</param>
    /// <param name="domain">Of the envelope sender.</param>
    /// <param name="refusal">As the reply has to begin; empty: it has to be taken.</param>
    private static void Probe(LoadOptions load, string domain, string refusal)
    {
        using LoadConnection connection = LoadConnection.Open(load with { Sender = $"bench@{domain}" });
        string answer = connection.Send(0, new BenchMessage(load.Size, load.Key).Numbered(int.MaxValue)) ?? "";
        if (refusal.Length == 0 ? answer.Length > 0 : !answer.StartsWith(refusal, StringComparison.Ordinal))
            throw new InvalidOperationException(
                $"a message from {domain} was answered '{answer}', and should have been '{refusal}': the checks are not as they should be"
            );
    }

    private string Report()
    {
        var text = new StringBuilder();
        text.Append(
            "| the node's mail | checks | messages/s | CPU ms a message | to all off: messages/s | CPU | ms p50 | ms p99 |\n"
        );
        text.Append("|---|---|---|---|---|---|---|---|\n");
        foreach (bool signed in (bool[])[false, true])
        {
            foreach (CheckSetup setup in Setups)
                text.Append(Row(setup, signed)).Append('\n');
        }

        return text.ToString();
    }

    private string Row(CheckSetup setup, bool signed)
    {
        List<RunResult> runs = _results[(setup, signed)];
        double rate = Median(runs, r => r.DeliveredPerSecond);
        double cpu = Median(runs, r => r.CpuPerMessage);
        string ratios = "| ";
        if (_results.TryGetValue((CheckSetup.Off, signed), out List<RunResult>? off) && setup != CheckSetup.Off)
            ratios = string.Create(
                CultureInfo.InvariantCulture,
                $"{rate / Median(off, r => r.DeliveredPerSecond):0.00} × | {cpu / Median(off, r => r.CpuPerMessage):0.00} ×"
            );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {Kind(signed)} | {setup.Words} | {rate:0} ({runs.Min(r => r.DeliveredPerSecond):0}-{runs.Max(r =>
                r.DeliveredPerSecond
            ):0}) | {cpu:0.00} ({runs.Min(r => r.CpuPerMessage):0.00}-{runs.Max(r =>
                r.CpuPerMessage
            ):0.00}) | {ratios} | {Median(runs, r => r.Submission.P50):0.0} | {Median(runs, r => r.Submission.P99):0} |"
        );
    }

    private static string Kind(bool signed) => signed ? "signed" : "not signed";

    private static double Median(List<RunResult> runs, Func<RunResult, double> what)
    {
        double[] sorted = [.. runs.Select(what).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
