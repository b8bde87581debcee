using System.Diagnostics;

namespace Packetboat.Bench.Relay;

/// <summary>One measured run: load into the server, server into the sink.</summary>
internal sealed class RelayRun(LoadOptions options, Sink sink, ServerProcess? server, TimeProvider time)
{
    /// <summary>When nothing more has arrived for so long, the rest is taken for lost.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    public async Task<RunResult> MeasureAsync(CancellationToken ct)
    {
        var ledger = new Ledger(options.Messages);
        sink.Begin(ledger);
        (double User, double System) before = server?.Cpu() ?? default;
        TimeSpan ownBefore = Process.GetCurrentProcess().TotalProcessorTime;
        using var sampling = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task sampler = server is null ? Task.CompletedTask : SampleAsync(server, sampling.Token);
        long begun = Stopwatch.GetTimestamp();
        await Task.Factory.StartNew(
            new LoadGenerator(options, ledger, ct).Run,
            ct,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        await ArrivalAsync(ledger, ct);
        (double User, double System) after = server?.Cpu() ?? default;
        TimeSpan own = Process.GetCurrentProcess().TotalProcessorTime - ownBefore;
        await sampling.CancelAsync();
        await sampler;
        double seconds(long end) => end <= begun ? double.PositiveInfinity : Stopwatch.GetElapsedTime(begun, end).TotalSeconds;
        return new RunResult
        {
            Messages = options.Messages,
            Accepted = ledger.Accepted,
            AcceptedPerSecond = ledger.Accepted / seconds(ledger.LastAccepted),
            DeliveredPerSecond = ledger.Arrived / seconds(ledger.LastArrived),
            Submission = ledger.SubmissionTimes(),
            Journey = ledger.JourneyTimes(),
            Lost = ledger.Lost,
            Duplicates = ledger.Duplicates,
            CpuPerMessage = (after.User - before.User + after.System - before.System) * 1000 / options.Messages,
            SystemShare = Share(after.System - before.System, after.User - before.User),
            OwnCpuPerMessage = own.TotalMilliseconds / options.Messages,
            PeakMemory = server?.PeakMemory ?? 0,
            OpenFiles = server?.OpenFiles() ?? 0,
            Processes = server?.Processes() ?? 0,
            Failures = ledger.Failures,
        };
    }

    private async Task ArrivalAsync(Ledger ledger, CancellationToken ct)
    {
        long last = Stopwatch.GetTimestamp();
        int seen = -1;
        while (ledger.Arrived < ledger.Accepted && Stopwatch.GetElapsedTime(last) < Quiet)
        {
            if (ledger.Arrived != seen)
                (seen, last) = (ledger.Arrived, Stopwatch.GetTimestamp());
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, ct);
        }
    }

    private async Task SampleAsync(ServerProcess process, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                process.Memory();
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, ct);
            }
        }
        catch (OperationCanceledException)
        {
            process.Memory();
        }
    }

    private static double Share(double part, double rest) => part + rest > 0 ? part / (part + rest) : 0;
}

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
