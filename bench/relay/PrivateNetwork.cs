using System.Diagnostics;
using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary>
/// A network of this program's own, where it has as many addresses as it likes. 127.0.0.x will not do: to a mail server those are the machine
/// itself, which is exempt from what is asked of strangers. RFC 2544 appendix C.2.2 sets 198.18.0.0/15 aside for benchmarks.
/// </summary>
internal static class PrivateNetwork
{
    /// <summary>All of it is ours.</summary>
    public const string Range = "198.18.0.0/15";

    private const string Mark = "PACKETBOAT_BENCH_NETWORK";

    private const string SetUp = $"ip link set lo up && ip route add local {Range} dev lo && exec \"$@\"";

    public static bool IsInside => Environment.GetEnvironmentVariable(Mark) is not null;

    public static IPAddress Address(int third, int last) => new([198, 18, (byte)third, (byte)last]);

    /// <summary>Runs this program with the same arguments in there. Needs <c>unshare</c> and <c>ip</c>; root where users may not do it.</summary>
    public static async Task<int> EnterAsync(CancellationToken ct)
    {
        string flags = Environment.IsPrivilegedProcess ? "-n" : "-rn";
        string[] arguments = Environment.GetCommandLineArgs();
        // Said as "dotnet relay-bench.dll", the process is dotnet, and what it runs is its first argument.
        bool isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        var start = new ProcessStartInfo(
            "unshare",
            [flags, "bash", "-c", SetUp, "bash", Environment.ProcessPath!, .. arguments[(isHosted ? 0 : 1)..]]
        );
        start.Environment[Mark] = "yes";
        using Process inside = Process.Start(start)!;
        try
        {
            await inside.WaitForExitAsync(ct);
            return inside.ExitCode;
        }
        catch (OperationCanceledException)
        {
            inside.Kill(entireProcessTree: true);
            throw;
        }
    }
}
