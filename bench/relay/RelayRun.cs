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
