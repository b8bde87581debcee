using System.Globalization;
using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary>What a server takes that has nothing to do: after its start, and after a crowd has gone.</summary>
internal sealed class Rest(string program, string work, TimeProvider time)
{
    private readonly List<double> _before = [];
    private readonly List<double> _under = [];
    private readonly List<double> _after = [];
    private readonly List<double> _cpu = [];

    public required TimeSpan Wait { get; init; }
    public required int Connections { get; init; }
    public required int Messages { get; init; }
    public required int Size { get; init; }

    public async Task<string> RunAsync(int runs, CancellationToken ct)
    {
        using var sink = new Sink(new IPEndPoint(IPAddress.Loopback, 0));
        sink.Start();
        using var names = new DeadNames(oneSilentIn: 1, new IPEndPoint(IPAddress.Loopback, 0));
        names.Start();
        for (int run = 0; run < runs; run++)
            await TurnAsync(sink, names, ct);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Wait.TotalSeconds:0} s of rest, {Connections} connections with {Messages} messages of {Size} octets, {Wait.TotalSeconds:0} s of rest

            | | median (lowest-highest) of {runs} |
            |---|---|
            {Row("PSS at rest after the start, MiB", _before)}
            {Row("PSS under the crowd at most, MiB", _under)}
            {Row("PSS at rest after the crowd, MiB", _after)}
            {Row("CPU at rest, ms a minute", _cpu)}
            """
        );
    }

    private async Task TurnAsync(Sink sink, DeadNames names, CancellationToken ct)
    {
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        Spoke.Configure(work, address.Port, sink.Port, names.Port, delivers: true, "");
        await using Spoke spoke = await Spoke.StartAsync(program, work, address, time, ct);
        await Task.Delay(Wait, time, ct);
        _before.Add(spoke.Server.Memory());
        var load = new LoadOptions
        {
            Server = address,
            Connections = Connections,
            Size = Size,
            Messages = Messages,
        };
        RunResult crowd = await new RelayRun(load, sink, spoke.Server, time).MeasureAsync(ct);
        _under.Add(crowd.PeakMemory);
        // What the crowd has left to do is done by then.
        await Task.Delay(Wait, time, ct);
        _after.Add(spoke.Server.Memory());
        (double user, double system) = spoke.Server.Cpu();
        await Task.Delay(Wait, time, ct);
        (double laterUser, double laterSystem) = spoke.Server.Cpu();
        _cpu.Add((laterUser - user + laterSystem - system) * 1000 / Wait.TotalMinutes);
        Console.Error.WriteLine($"{_before[^1]:0.0} {_under[^1]:0.0} {_after[^1]:0.0} MiB, {_cpu[^1]:0} ms a minute; {crowd}");
    }

    private static string Row(string name, List<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {median:0.0} ({sorted[0]:0.0}-{sorted[^1]:0.0}) |");
    }
}
