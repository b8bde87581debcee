using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary>The long run: a table <c>steady.csv</c> and a picture <c>steady.svg</c> in its directory.</summary>
internal sealed class Steady(string program, string work, TimeProvider time)
{
    private const double MiB = 1 << 20;

    private readonly List<SteadySample> _samples = [];
    private double _cpu;

    public required double Rate { get; init; }
    public required TimeSpan Duration { get; init; }
    public required TimeSpan Interval { get; init; }
    public required int Connections { get; init; }
    public required string TraceRetention { get; init; }

    /// <returns>What a person reads at the end.</returns>
    public async Task<string> RunAsync(CancellationToken ct)
    {
        using var sink = new Sink(new IPEndPoint(IPAddress.Loopback, 0));
        sink.Start();
        using var names = new DeadNames(oneSilentIn: 1, new IPEndPoint(IPAddress.Loopback, 0));
        names.Start();
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        Spoke.Configure(work, address.Port, sink.Port, names.Port, delivers: true, $"[Trace]\nTraceRetention = {TraceRetention}");
        var load = new LoadOptions
        {
            Server = address,
            Connections = Connections,
            Messages = (int)(Rate * Duration.TotalSeconds),
            Rate = Rate,
        };
        var ledger = new Ledger(load.Messages);
        await using Spoke spoke = await Spoke.StartAsync(program, work, address, time, ct);
        sink.Begin(ledger);
        Task sending = Task.Factory.StartNew(
            new LoadGenerator(load, ledger, ct).Run,
            ct,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        await SampleAsync(spoke.Server, ledger, sending, ct);
        await sending;
        await File.WriteAllTextAsync(Path.Combine(work, "steady.svg"), new SteadyPlot(_samples).Draw(), ct);
        return Report(ledger);
    }

    private async Task SampleAsync(ServerProcess server, Ledger ledger, Task sending, CancellationToken ct)
    {
        await using StreamWriter csv = File.CreateText(Path.Combine(work, "steady.csv"));
        await csv.WriteLineAsync(SteadySample.Header);
        long begun = Stopwatch.GetTimestamp();
        (int accepted, int arrived, double at) = (0, 0, 0.0);
        _cpu = CpuOf(server);
        while (!sending.IsCompleted)
        {
            await Task.WhenAny(sending, Task.Delay(Interval, time, ct));
            ct.ThrowIfCancellationRequested();
            double now = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            (int acceptedNow, int arrivedNow) = (ledger.Accepted, ledger.Arrived);
            double cpuNow = CpuOf(server);
            Latencies latencies = ledger.SubmissionTimes(accepted, acceptedNow);
            var sample = new SteadySample(
                now,
                (acceptedNow - accepted) / (now - at),
                (arrivedNow - arrived) / (now - at),
                latencies.P50,
                latencies.P99,
                latencies.Max,
                server.Memory(),
                (cpuNow - _cpu) / (now - at),
                server.OpenFiles(),
                SizeOf("packetboat.db"),
                SizeOf("packetboat.db-wal")
            );
            (accepted, arrived, at, _cpu) = (acceptedNow, arrivedNow, now, cpuNow);
            _samples.Add(sample);
            await csv.WriteLineAsync(sample.ToString());
            await csv.FlushAsync(ct);
        }
    }

    private static double CpuOf(ServerProcess server)
    {
        (double user, double system) = server.Cpu();
        return user + system;
    }

    private double SizeOf(string file)
    {
        var info = new FileInfo(Path.Combine(work, "data", file));
        return info.Exists ? info.Length / MiB : 0;
    }

    private string Report(Ledger ledger)
    {
        // The first minute warms up, the last sample may be short.
        List<SteadySample> all = [.. _samples.Where(s => s.Second > 60).SkipLast(1)];
        if (all.Count < 2)
            all = _samples;
        int tenth = Math.Max(1, all.Count / 10);
        string text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
        string line(string name, Func<SteadySample, double> what) =>
            $"| {name} | {text(all.Take(tenth).Average(what))} | {text(all.TakeLast(tenth).Average(what))} | {text(all.Max(what))} |";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {ledger.Accepted} accepted, {ledger.Arrived} arrived, {ledger.Lost} lost, {ledger.Duplicates} twice; failures: {string.Join(
                "; ",
                ledger.Failures.Select(f => $"{f.Value} × {f.Key}")
            )}

            | | first tenth | last tenth | most |
            |---|---|---|---|
            {line("accepted/s", s => s.Accepted)}
            {line("delivered/s", s => s.Delivered)}
            {line("ms p50", s => s.P50)}
            {line("ms p99", s => s.P99)}
            {line("ms most", s => s.Max)}
            {line("CPU, cores", s => s.Cores)}
            {line("PSS MiB", s => s.Memory)}
            {line("open files", s => s.Files)}
            {line("database MiB", s => s.Database)}
            {line("log of the database MiB", s => s.Log)}
            """
        );
    }
}
