using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Packetboat.Bench.Relay;

/// <summary>One server of the comparison, started from an empty directory for one run.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _directory;
    private readonly TimeProvider _time;

    private Peer(Process process, string directory, int port, TimeProvider time)
    {
        (_process, _directory, _time) = (process, directory, time);
        Address = new IPEndPoint(IPAddress.Loopback, port);
        Server = new ServerProcess(process.Id);
    }

    public IPEndPoint Address { get; }

    public ServerProcess Server { get; }

    /// <param name="contestant">Which.</param>
    /// <param name="point">What it must be able to do.</param>
    /// <param name="place">Directories and certificate.</param>
    /// <param name="sinkPort">Where it relays to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<Peer> StartAsync(
        Contestant contestant,
        Point point,
        Workplace place,
        int sinkPort,
        TimeProvider time,
        CancellationToken ct
    )
    {
        string directory = place.NewDirectory(contestant.Name);
        int port = FreePort.Find();
        var start = new ProcessStartInfo("setsid", ["bash", contestant.Script]) { WorkingDirectory = directory };
        foreach (
            (string name, string value) in (ReadOnlySpan<(string, string)>)
                [
                    ("DIR", directory),
                    ("PORT", $"{port}"),
                    ("SINK_PORT", $"{sinkPort}"),
                    ("AUTH", point.NeedsAuth ? "yes" : "no"),
                    ("TLS", point.Load.StartTls ? "yes" : "no"),
                    ("BENCH_USER", contestant.UserName),
                    ("BENCH_PASS", Point.Password),
                    ("CERT", place.Certificate),
                    ("KEY", place.Key),
                    ("PEERS", place.Peers),
                    ("PACKETBOAT", contestant.Program),
                    ("RIG", Environment.ProcessPath!),
                ]
        )
            start.Environment[name] = value;
        var peer = new Peer(Process.Start(start)!, directory, port, time);
        try
        {
            await peer.ReadyAsync(ct);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it with all its processes, and clears what it left.</summary>
    public async ValueTask DisposeAsync()
    {
        // Some make sessions and groups of their own: they are found as descendants, before the first of them ends.
        IReadOnlyList<string> members = Server.Members();
        await SignalAsync("TERM", [$"{_process.Id}"]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), _time);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // The harder way, for all of them.
        }

        await SignalAsync("KILL", members);
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task SignalAsync(string signal, IReadOnlyList<string> processes)
    {
        var kill = new ProcessStartInfo("kill", [$"-{signal}", .. processes])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(kill)!;
        await process.WaitForExitAsync();
    }

    private async Task ReadyAsync(CancellationToken ct)
    {
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < Patience)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"the server ended with {_process.ExitCode}; see {_directory}");
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(Address, ct);
                if (await socket.ReceiveAsync(new byte[512], ct) > 0)
                    return;
            }
            catch (SocketException)
            {
                // Not yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), _time, ct);
        }

        throw new TimeoutException($"no greeting at {Address}");
    }
}
