using System.CommandLine;

namespace Packetboat.Bench.Relay;

/// <summary><c>million</c>: what a queue full of mail for dead hosts costs: memory, the start, and mail for a host that is well.</summary>
internal static class MillionCommand
{
    public static Command Create()
    {
        var packetboat = new Option<string>("--packetboat") { Required = true, Description = "The native binary." };
        var queued = new Option<int>("--queued") { DefaultValueFactory = _ => 1_000_000, Description = "Messages in the queue." };
        var domains = new Option<int>("--domains")
        {
            DefaultValueFactory = _ => 10_000,
            Description = "Dead ones, at most 65536.",
        };
        var silent = new Option<int>("--one-silent-in")
        {
            DefaultValueFactory = _ => 10,
            Description = "Of so many dead hosts one never answers; the others refuse.",
        };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 4096, Description = "Octets of a message." };
        var healthy = new Option<int>("--healthy")
        {
            DefaultValueFactory = _ => 60_000,
            Description = "Messages of a run to the host that is well.",
        };
        var runs = new Option<int>("--runs")
        {
            DefaultValueFactory = _ => 3,
            Description = "With and without the queue, in turns.",
        };
        var work = new Option<string>("--work")
        {
            DefaultValueFactory = _ => "artifacts/million",
            Description = "A directory on the disk to be measured. It is emptied.",
        };
        var command = new Command("million", "A million messages for dead hosts, and new mail beside them.")
        {
            packetboat,
            queued,
            domains,
            silent,
            size,
            healthy,
            runs,
            work,
        };
        command.SetAction(
            async (given, ct) =>
            {
                var million = new Million(
                    Path.GetFullPath(given.GetValue(packetboat)!),
                    Path.GetFullPath(given.GetValue(work)!),
                    TimeProvider.System
                )
                {
                    Queued = given.GetValue(queued),
                    Domains = Math.Clamp(given.GetValue(domains), 1, 65536),
                    OneSilentIn = Math.Max(1, given.GetValue(silent)),
                    Size = given.GetValue(size),
                    Healthy = given.GetValue(healthy),
                };
                Console.WriteLine(await million.RunAsync(given.GetValue(runs), ct));
                return 0;
            }
        );
        return command;
    }
}
