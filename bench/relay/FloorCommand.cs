using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary><c>floor</c>: what the machine gives at best, with no server between load and sink, and what its disk makes durable.</summary>
internal static class FloorCommand
{
    private static readonly TimeSpan DiskTime = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var load = new Program.LoadArguments();
        var directory = new Option<string>("--directory")
        {
            DefaultValueFactory = _ => ".",
            Description = "On the disk to be measured.",
        };
        var command = new Command("floor", "Load into sink with nothing between, and the disk alone.") { directory };
        load.AddTo(command);
        command.SetAction(
            async (given, ct) =>
            {
                using var sink = new Sink(new IPEndPoint(IPAddress.Loopback, 0));
                sink.Start();
                LoadOptions options = load.Read(given, new IPEndPoint(IPAddress.Loopback, sink.Port));
                Console.WriteLine(
                    $"load to sink: {await new RelayRun(options, sink, null, TimeProvider.System).MeasureAsync(ct)}"
                );
                foreach (int together in (int[])[1, 16, 64])
                    Console.WriteLine(Disk(given.GetValue(directory)!, together));
            }
        );
        return command;
    }

    private static string Disk(string directory, int together)
    {
        string file = Path.Combine(Directory.CreateDirectory(directory).FullName, $"floor-{Environment.ProcessId}.tmp");
        try
        {
            using FileStream stream = new(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            byte[] block = new byte[4096 * together];
            long begun = Stopwatch.GetTimestamp();
            int syncs = 0;
            while (Stopwatch.GetElapsedTime(begun) < DiskTime)
            {
                stream.Write(block);
                stream.Flush(flushToDisk: true);
                syncs++;
            }

            double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"append {together} × 4 KiB and fsync: {syncs / seconds:0} syncs/s, {syncs * together / seconds:0} messages/s"
            );
        }
        finally
        {
            File.Delete(file);
        }
    }
}
