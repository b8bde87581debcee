using System.Globalization;
using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary>The measurement itself.</summary>
internal sealed class Million(string program, string work, TimeProvider time)
{
    private const int Connections = 50;

    private readonly List<RunResult> _without = [];
    private readonly List<RunResult> _with = [];
    private readonly List<double> _starts = [];

    public required int Queued { get; init; }
    public required int Domains { get; init; }
    public required int OneSilentIn { get; init; }
    public required int Size { get; init; }
    public required int Healthy { get; init; }

    public async Task<string> RunAsync(int runs, CancellationToken ct)
    {
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        using var sink = new Sink(new IPEndPoint(IPAddress.Loopback, 0));
        sink.Start();
        using var names = new DeadNames(OneSilentIn, new IPEndPoint(IPAddress.Loopback, 0));
        names.Start();
        using var silent = new SilentHost(new IPEndPoint(DeadNames.Silent, sink.Port));
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        string full = Path.Combine(work, "full");
        string empty = Path.Combine(work, "empty");
        Spoke.Configure(empty, address.Port, sink.Port, names.Port, delivers: true, "");

        string filling = await FillAsync(full, address, sink, names, ct);
        Spoke.Configure(full, address.Port, sink.Port, names.Port, delivers: true, "");
        double peak = 0;
        for (int run = 0; run < runs; run++)
        {
            await using (Spoke spoke = await Spoke.StartAsync(program, empty, address, time, ct))
                await MeasureAsync("without", spoke, sink, _without, ct);
            await using (Spoke spoke = await Spoke.StartAsync(program, full, address, time, ct))
            {
                _starts.Add(spoke.UntilFirstMessage);
                await MeasureAsync("with", spoke, sink, _with, ct);
                peak = Math.Max(peak, spoke.Server.PeakMemory);
            }
        }

        return Report(filling, peak);
    }

    private async Task<string> FillAsync(string full, IPEndPoint address, Sink sink, DeadNames names, CancellationToken ct)
    {
        Spoke.Configure(full, address.Port, sink.Port, names.Port, delivers: false, "");
        await using Spoke spoke = await Spoke.StartAsync(program, full, address, time, ct);
        var load = new LoadOptions
        {
            Server = address,
            Connections = Connections,
            Messages = Queued,
            Size = Size,
            RecipientDomain = DeadNames.DeadDomain,
            RecipientDomains = Domains,
        };
        var ledger = new Ledger(Queued);
        long begun = time.GetTimestamp();
        await Task.Factory.StartNew(
            new LoadGenerator(load, ledger, ct).Run,
            ct,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        double seconds = time.GetElapsedTime(begun).TotalSeconds;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{ledger.Accepted} messages accepted in {seconds:0} s, {ledger.Accepted / seconds:0}/s; PSS then {spoke.Server.Memory():0} MiB"
        );
        Console.Error.WriteLine(text);
        return text;
    }

    private async Task MeasureAsync(string name, Spoke spoke, Sink sink, List<RunResult> results, CancellationToken ct)
    {
        var load = new LoadOptions
        {
            Server = spoke.Address,
            Connections = Connections,
            Size = Size,
            Messages = Healthy,
        };
        await new RelayRun(load with { Messages = Healthy / 10 }, sink, null, time).MeasureAsync(ct);
        RunResult result = await new RelayRun(load, sink, spoke.Server, time).MeasureAsync(ct);
        results.Add(result);
        Console.Error.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{name}, first message after {spoke.UntilFirstMessage:0.00} s: {result}")
        );
    }

    private string Report(string filling, double peak)
    {
        double with = Median(_with.Select(r => r.DeliveredPerSecond));
        double without = Median(_without.Select(r => r.DeliveredPerSecond));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | | |
            |---|---|
            | queue | {Queued} messages of {Size} octets to {Domains} domains; of {OneSilentIn} hosts one never answers, the others refuse |
            | filling it | {filling} |
            | start until the first 250 to a message, s | {Median(_starts):0.00} ({_starts.Min():0.00}-{_starts.Max():0.00}) |
            | new mail to the healthy host, delivered/s | {with:0} ({_with.Min(r => r.DeliveredPerSecond):0}-{_with.Max(r =>
                r.DeliveredPerSecond
            ):0}) |
            | the same without the queue | {without:0} ({_without.Min(r => r.DeliveredPerSecond):0}-{_without.Max(r =>
                r.DeliveredPerSecond
            ):0}) |
            | share | {with / without:P0} |
            | PSS at most, MiB | {peak:0} |
            """
        );
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
