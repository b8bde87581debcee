using System.Globalization;
using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary>What healthy destinations lose when some of the others are poisoned. Each turn is a server from an empty folder.</summary>
internal sealed class Poisoned(string program, string work, TimeProvider time)
{
    private const int Connections = 50;

    /// <summary>Of the rate without the poisoned, at least.</summary>
    private const double Wanted = 0.9;

    private const string Stalls = "stalls.test";
    private const string Defers = "defers.test";
    private const string Dead = DeadNames.DeadDomain;

    /// <summary>The poisoned, in the order of the table.</summary>
    public static IReadOnlyList<string> Destinations { get; } = [Stalls, Defers, Dead];

    /// <summary>What is queued for the poisoned has been tried by then, and holds what it can hold.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    private readonly List<RunResult> _without = [];
    private readonly List<RunResult> _with = [];

    public required int Domains { get; init; }
    public required int Messages { get; init; }
    public required int Queued { get; init; }
    public required double Rate { get; init; }
    public required string RetryFirst { get; init; }
    public required IReadOnlyList<string> Which { get; init; }
    public required int Size { get; init; }

    /// <summary>Nothing was lost or came twice, and the share is what it should be.</summary>
    public bool IsWell => Share >= Wanted && _without.Concat(_with).All(run => run is { Lost: 0, Duplicates: 0 });

    /// <summary>Of the two turns that stand beside each other: what else the machine does, it does to both.</summary>
    private double[] Shares =>
        [.. _with.Zip(_without, (with, without) => with.DeliveredPerSecond / without.DeliveredPerSecond).Order()];

    private double Share => Middle(Shares);

    public async Task<string> RunAsync(int runs, CancellationToken ct)
    {
        using var sink = new Sink(new IPEndPoint(IPAddress.Loopback, 0));
        sink.Start();
        using var stalling = new StallingHost(new IPEndPoint(IPAddress.Parse("127.0.2.2"), sink.Port));
        stalling.Start();
        using var deferring = new Sink(new IPEndPoint(IPAddress.Parse("127.0.2.3"), sink.Port)) { DeferredDomain = Defers };
        deferring.Start();
        using var silent = new SilentHost(new IPEndPoint(DeadNames.Silent, sink.Port));
        using var names = new DeadNames(oneSilentIn: 1, new IPEndPoint(IPAddress.Loopback, 0))
        {
            Hosts = new Dictionary<string, IPAddress>(StringComparer.Ordinal)
            {
                [Stalls] = IPAddress.Parse("127.0.2.2"),
                [Defers] = IPAddress.Parse("127.0.2.3"),
            },
        };
        names.Start();
        for (int run = 0; run < runs; run++)
            // Whoever comes second has a machine that is warm, or a disk that is busy.
            foreach (bool isPoisoned in run % 2 == 0 ? (bool[])[false, true] : [true, false])
                await TurnAsync(isPoisoned, sink, names, ct);
        return Report(stalling.Taken);
    }

    private async Task TurnAsync(bool isPoisoned, Sink sink, DeadNames names, CancellationToken ct)
    {
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        Spoke.Configure(work, address.Port, sink.Port, names.Port, delivers: true, $"RetryFirst = {RetryFirst}");
        await using Spoke spoke = await Spoke.StartAsync(program, work, address, time, ct);
        var load = new LoadOptions
        {
            Server = address,
            Connections = Connections,
            Size = Size,
            Messages = Messages,
            RecipientDomain = "test",
            RecipientDomains = Domains,
        };
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] poison = [];
        if (isPoisoned)
        {
            await Task.WhenAll(Poison(load, Queued, rate: 0, ct));
            await Task.Delay(Settling, time, ct);
            poison = [.. Poison(load, 1_000_000, Rate, over.Token)];
        }

        await new RelayRun(load with { Messages = Messages / 10 }, sink, null, time).MeasureAsync(ct);
        RunResult result = await new RelayRun(load, sink, spoke.Server, time).MeasureAsync(ct);
        await over.CancelAsync();
        await Task.WhenAll(poison);
        (isPoisoned ? _with : _without).Add(result);
        Console.Error.WriteLine($"{(isPoisoned ? "with" : "without")}: {result}");
    }

    /// <summary>Mail for each of the poisoned.</summary>
    private IEnumerable<Task> Poison(LoadOptions load, int messages, double rate, CancellationToken ct) =>
        Which.Select(domain =>
        {
            LoadOptions bad = load with
            {
                Connections = rate > 0 ? 1 : 4,
                Messages = messages,
                Rate = rate,
                RecipientDomain = domain,
                RecipientDomains = 0,
            };
            return Task.Factory.StartNew(
                new LoadGenerator(bad, new Ledger(messages), ct).Run,
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
        });

    private string Report(int stalled) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Messages} messages of {Size} octets to {Domains} healthy domains; for each of the poisoned ({string.Join(
                ", ",
                Which
            )}) {Queued} queued and {Rate:0.#}/s more, RetryFirst {RetryFirst}; {stalled} connections stalled in all

            | | delivered/s | accepted/s | ms p50 | ms p99 | CPU ms a message | PSS MiB | lost, twice |
            |---|---|---|---|---|---|---|---|
            {Row("without", _without)}
            {Row("with", _with)}
            | share, turn by turn | {Share:P0} ({Shares[0]:P0}-{Shares[^1]:P0}) | | | | | | |
            """
        );

    private static string Row(string name, List<RunResult> runs) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {Spread(runs, run => run.DeliveredPerSecond)} | {Spread(runs, run => run.AcceptedPerSecond)} | {Median(runs, run => run.Submission.P50):0.0} | {Median(runs, run => run.Submission.P99):0} | {Median(runs, run => run.CpuPerMessage):0.00} | {Median(runs, run => run.PeakMemory):0} | {runs.Sum(run => run.Lost)}, {runs.Sum(run => run.Duplicates)} |"
        );

    private static string Spread(List<RunResult> runs, Func<RunResult, double> what) =>
        string.Create(CultureInfo.InvariantCulture, $"{Median(runs, what):0} ({runs.Min(what):0}-{runs.Max(what):0})");

    private static double Median(List<RunResult> runs, Func<RunResult, double> what) => Middle([.. runs.Select(what).Order()]);

    private static double Middle(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
