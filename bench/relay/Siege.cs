using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>The measurement: turns of honest load, with and without a siege, against one server.</summary>
internal sealed class Siege(string program, string work, TimeProvider time)
{
    /// <summary>The honest are to be served at this share of the rate that they have without a siege.</summary>
    public const double Wanted = 0.9;

    private const int MostPerSecond = 20_000;
    private const int FloodHeld = 500;

    private static readonly IPAddress ServerAddress = PrivateNetwork.Address(0, 1);

    /// <summary>When nothing more has arrived for so long, the rest is taken for lost.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly List<SiegeTurn> _turns = [];
    private readonly Dictionary<Door, IPEndPoint> _doors = Enum.GetValues<Door>()
        .ToDictionary(door => door, _ => new IPEndPoint(ServerAddress, FreePort.Find()));

    public required int Besiegers { get; init; }
    public required IReadOnlyList<BesiegerPlan> Plans { get; init; }
    public required int Addresses { get; init; }
    public required int MaxClients { get; init; }
    public required double FloodRate { get; init; }
    public required IReadOnlyList<SiegeKind> Kinds { get; init; }
    public required int Connections { get; init; }
    public required int MessagesPerConnection { get; init; }
    public required double Rate { get; init; }
    public required int Seconds { get; init; }

    /// <summary>Of all sieges; medians.</summary>
    public double WorstShare => Kinds.Min(Share);

    public async Task<string> RunAsync(int rounds, CancellationToken ct)
    {
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        using var sink = new Sink(new IPEndPoint(IPAddress.Loopback, 0));
        sink.Start();
        Configure(sink.Port);
        var honest = new LoadOptions
        {
            Server = _doors[Door.Submission],
            // Several, so that a connection that is closing is not one too many for a limit per address.
            From = [.. Enumerable.Range(2, 5).Select(i => PrivateNetwork.Address(0, i))],
            Connections = Connections,
            MessagesPerConnection = MessagesPerConnection,
            Messages = Seconds * MostPerSecond,
            Credentials = (Point.UserName, Point.Password),
            Rate = Rate,
            Patience = TimeSpan.FromSeconds(10),
        };
        await using Spoke spoke = await Spoke.StartAsync(program, work, honest, time, ct);
        await TurnAsync(SiegeKind.Without, honest, spoke.Server, sink, ct); // warms up
        for (int round = 0; round < rounds; round++)
        {
            foreach (SiegeKind kind in Kinds)
            {
                Enter(await TurnAsync(SiegeKind.Without, honest, spoke.Server, sink, ct));
                Enter(await TurnAsync(kind, honest, spoke.Server, sink, ct));
            }
        }

        return Report();
    }

    private void Configure(int sinkPort)
    {
        string ctrl = Directory.CreateDirectory(Path.Combine(work, "ctrl")).FullName;
        File.WriteAllText(
            Path.Combine(ctrl, "sbbs.ini"),
            $"""
            [Mail]
            Options = RELAY_TX | ALLOW_RELAY | USE_SUBMISSION_PORT | TLS_SUBMISSION
            Interface = {ServerAddress}
            SMTPPort = {_doors[Door.Transfer].Port}
            SubmissionPort = {_doors[Door.Submission].Port}
            TLSSubmissionPort = {_doors[Door.TlsSubmission].Port}
            RelayServer = 127.0.0.1
            RelayPort = {sinkPort}
            {(MaxClients > 0 ? $"MaxClients = {MaxClients}" : "")}

            """
        );
        // Passwords in clear, so that the besiegers can stop in the middle of one without TLS.
        File.WriteAllText(
            Path.Combine(ctrl, "packetboat.ini"),
            $"{LimitLines.None}[Arrival]\nCheckPatience = 0\n[Submission]\nAuthInClear = {PrivateNetwork.Range}\n"
        );
        File.WriteAllText(Path.Combine(ctrl, "alias.cfg"), $"{BesiegerPlan.Recipient} slow@sink.test\n");
        new Administration(program, ctrl).Run(
            Point.Password,
            "account",
            "add",
            Point.UserName,
            "--any-sender",
            "--password-stdin"
        );
    }

    private async Task<SiegeTurn> TurnAsync(
        SiegeKind kind,
        LoadOptions honest,
        ServerProcess server,
        Sink sink,
        CancellationToken ct
    )
    {
        await using Crowd? crowd = kind == SiegeKind.Slow ? await AssembleAsync(ct) : null;
        using Flood? flood = kind is SiegeKind.FloodOfOne or SiegeKind.FloodOfMany
            ? FloodFrom(kind == SiegeKind.FloodOfOne ? 1 : 50)
            : null;
        flood?.Start();
        int thrownOutBefore = crowd?.ThrownOuts ?? 0;
        var ledger = new Ledger(honest.Messages);
        sink.Begin(ledger);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        (double User, double System) before = server.Cpu();
        TimeSpan ownBefore = Process.GetCurrentProcess().TotalProcessorTime;
        long begun = Stopwatch.GetTimestamp();
        Task sending = Task.Factory.StartNew(
            new LoadGenerator(honest, ledger, ending.Token).Run,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        await Task.Delay(TimeSpan.FromSeconds(Seconds), time, ct);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        (double User, double System) after = server.Cpu();
        var turn = new SiegeTurn(kind, ledger.Accepted / seconds, ledger.Arrived / seconds, ledger.SubmissionTimes())
        {
            ServerCores = (after.User - before.User + after.System - before.System) / seconds,
            RigCores = (Process.GetCurrentProcess().TotalProcessorTime - ownBefore).TotalSeconds / seconds,
            Memory = server.Memory(),
            Files = server.OpenFiles(),
        };
        string siege = crowd is null ? "" : Describe(crowd, thrownOutBefore);
        flood?.End();
        if (flood is not null)
            siege = Describe(flood, seconds);
        await ending.CancelAsync();
        await sending;
        await ArrivalAsync(ledger, ct);
        return turn with { Siege = siege, Lost = ledger.Lost, Failures = ledger.Failures };
    }

    private async Task<Crowd> AssembleAsync(CancellationToken ct)
    {
        var crowd = new Crowd(TimeSpan.FromSeconds(1), time);
        for (int i = 0; i < Besiegers; i++)
        {
            BesiegerPlan plan = Plans[i % Plans.Count];
            // A third from one address, which is more than one may have; the others are spread.
            int address = Addresses == 1 || i / Plans.Count % 3 == 0 ? 1 : 2 + (i % (Addresses - 1));
            crowd.Add(all => new Besieger(plan, PrivateNetwork.Address(1, address), _doors[plan.Door], all, time));
        }

        await crowd.AssembleAsync(ct);
        return crowd;
    }

    private Flood FloodFrom(int addresses) =>
        new(
            [.. Enumerable.Range(1, addresses).Select(i => PrivateNetwork.Address(2, i))],
            [.. _doors.Values],
            FloodRate,
            FloodHeld
        );

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

    private void Enter(SiegeTurn turn)
    {
        _turns.Add(turn);
        Console.Error.WriteLine(turn);
    }

    private string Describe(Crowd crowd, int thrownOutBefore) =>
        $"besiegers: {crowd.There} of {Besiegers} in place, {crowd.ThrownOuts - thrownOutBefore} thrown out, {crowd.TurnedAways} turned away"
        + $"\n    in place: {crowd.Places}\n    turned away: {crowd.Reasons}";

    private static string Describe(Flood flood, double seconds) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"flood: {flood.Opened / seconds:0} connections/s, {flood.TurnedAway} turned away, {flood.ThrownOut} thrown out, {flood.Failed} failed"
        );

    /// <summary>Of the rate without a siege, accepted or delivered, whichever is less.</summary>
    private double Share(SiegeKind kind) => Math.Min(Share(kind, turn => turn.Accepted), Share(kind, turn => turn.Delivered));

    private double Share(SiegeKind kind, Func<SiegeTurn, double> what) => Median(kind, what) / Median(SiegeKind.Without, what);

    private double Median(SiegeKind kind, Func<SiegeTurn, double> what)
    {
        double[] sorted = [.. _turns.Where(turn => turn.Kind == kind).Select(what).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private string Report()
    {
        var text = new StringBuilder();
        text.Append("| | accepted/s | delivered/s | share | ms p50 | ms p99 | PSS MiB | open files | cores: server, rig |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|\n");
        foreach (SiegeKind kind in _turns.Select(turn => turn.Kind).Distinct())
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {kind} | {Median(kind, t => t.Accepted):0} | {Median(kind, t => t.Delivered):0} | {Share(kind):P0} | "
                    + $"{Median(kind, t => t.Latencies.P50):0.0} | {Median(kind, t => t.Latencies.P99):0} | {Median(kind, t => t.Memory):0} | "
                    + $"{Median(kind, t => t.Files):0} | {Median(kind, t => t.ServerCores):0.00}, {Median(kind, t => t.RigCores):0.00} |\n"
            );
        }

        return text.ToString();
    }
}
