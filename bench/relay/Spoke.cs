using System.Diagnostics;
using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary>Packetboat on a directory that outlives it, delivering each domain's mail to its own servers as <see cref="DeadNames"/> tells.</summary>
internal sealed class Spoke : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly TimeProvider _time;

    private Spoke(Process process, IPEndPoint address, TimeProvider time)
    {
        (_process, Address, _time) = (process, address, time);
        Server = new ServerProcess(process.Id);
    }

    public IPEndPoint Address { get; }

    public ServerProcess Server { get; }

    /// <summary>From the start of the program to the reply to the final dot of the first message. Seconds.</summary>
    public double UntilFirstMessage { get; private init; }

    /// <summary>Writes the settings.</summary>
    /// <param name="directory">Where <c>ctrl</c> and <c>data</c> are, or shall be.</param>
    /// <param name="port">To listen on.</param>
    /// <param name="directPort">Of the sink and of all dead hosts.</param>
    /// <param name="names">The name server's port.</param>
    /// <param name="delivers">False: what is accepted waits.</param>
    /// <param name="more">Lines for <c>packetboat.ini</c>.</param>
    public static void Configure(string directory, int port, int directPort, int names, bool delivers, string more)
    {
        string ctrl = Directory.CreateDirectory(Path.Combine(directory, "ctrl")).FullName;
        File.WriteAllText(
            Path.Combine(ctrl, "sbbs.ini"),
            $"""
            [Mail]
            Options = {(delivers ? "ALLOW_RELAY" : "ALLOW_RELAY | NO_SENDMAIL")}
            Interface = 127.0.0.1
            SMTPPort = {port}
            MaxClients = 1000
            MaxConcurrentConnections = 0
            DNSServer = 127.0.0.1:{names}

            """
        );
        File.WriteAllText(
            Path.Combine(ctrl, "packetboat.ini"),
            $"""
            [Delivery]
            DirectPort = {directPort}
            AllowPrivateTargets = true
            DestinationConnections = 20
            {more}

            """
        );
        File.WriteAllText(Path.Combine(ctrl, "relay.cfg"), "127.0.0.1\n");
    }

    /// <summary>Starts it, and gives it one message as soon as it takes one.</summary>
    /// <param name="program">The binary.</param>
    /// <param name="directory">As configured.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Ends the wait.</param>
    public static Task<Spoke> StartAsync(
        string program,
        string directory,
        IPEndPoint address,
        TimeProvider time,
        CancellationToken ct
    ) => StartAsync(program, directory, new LoadOptions { Server = address }, time, ct);

    /// <param name="program">The binary.</param>
    /// <param name="directory">As configured.</param>
    /// <param name="first">Where it listens, and how it wants the first message.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<Spoke> StartAsync(
        string program,
        string directory,
        LoadOptions first,
        TimeProvider time,
        CancellationToken ct
    )
    {
        long begun = Stopwatch.GetTimestamp();
        var start = new ProcessStartInfo("bash")
        {
            ArgumentList = { "-c", "exec \"$0\" serve --ctrl \"$1/ctrl\" >> \"$1/log\" 2>&1", program, directory },
            UseShellExecute = false,
        };
        Process process = Process.Start(start)!;
        try
        {
            while (!TryGive(first))
            {
                if (process.HasExited || Stopwatch.GetElapsedTime(begun) > Patience)
                    throw new InvalidOperationException($"the server did not start; see {directory}/log");
                await Task.Delay(TimeSpan.FromMilliseconds(2), time, ct);
            }
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }

        return new Spoke(process, first.Server, time) { UntilFirstMessage = Stopwatch.GetElapsedTime(begun).TotalSeconds };
    }

    /// <summary>Asks it to end, and waits.</summary>
    public async ValueTask DisposeAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(Patience, _time);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
    }

    private static bool TryGive(LoadOptions to)
    {
        try
        {
            using LoadConnection connection = LoadConnection.Open(to);
            return connection.Send(0, new BenchMessage(1024).Numbered(int.MaxValue)) is null;
        }
        catch (Exception notYet) when (notYet is IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
