using System.CommandLine;

namespace Packetboat.Bench.Relay;

/// <summary><c>steady</c>: the same rate for a long time, a line of figures every few seconds, and a picture of them.</summary>
internal static class SteadyCommand
{
    public static Command Create()
    {
        var packetboat = new Option<string>("--packetboat") { Required = true, Description = "The native binary." };
        var rate = new Option<double>("--rate") { DefaultValueFactory = _ => 4000, Description = "Messages a second." };
        var minutes = new Option<double>("--minutes") { DefaultValueFactory = _ => 60, Description = "How long." };
        var every = new Option<int>("--every") { DefaultValueFactory = _ => 10, Description = "Seconds between two lines." };
        var connections = new Option<int>("--connections")
        {
            DefaultValueFactory = _ => 50,
            Description = "Conversations at once.",
        };
        var retention = new Option<string>("--trace-retention")
        {
            DefaultValueFactory = _ => "10m",
            Description = "TraceRetention of the server, so that what is remembered comes to its full number within the run.",
        };
        var work = new Option<string>("--work")
        {
            DefaultValueFactory = _ => "artifacts/steady",
            Description = "A directory on the disk to be measured. It is emptied.",
        };
        var command = new Command("steady", "One rate for a long time: memory, latency, files, disk.")
        {
            packetboat,
            rate,
            minutes,
            every,
            connections,
            retention,
            work,
        };
        command.SetAction(
            async (given, ct) =>
            {
                string directory = Path.GetFullPath(given.GetValue(work)!);
                if (Directory.Exists(directory))
                    Directory.Delete(directory, recursive: true);
                var steady = new Steady(Path.GetFullPath(given.GetValue(packetboat)!), directory, TimeProvider.System)
                {
                    Rate = given.GetValue(rate),
                    Duration = TimeSpan.FromMinutes(given.GetValue(minutes)),
                    Interval = TimeSpan.FromSeconds(given.GetValue(every)),
                    Connections = given.GetValue(connections),
                    TraceRetention = given.GetValue(retention)!,
                };
                Console.WriteLine(await steady.RunAsync(ct));
                return 0;
            }
        );
        return command;
    }
}
