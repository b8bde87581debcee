using System.CommandLine;

namespace Packetboat.Bench.Relay;

/// <summary><c>poisoned</c>: mail for hosts that are well, beside one that stalls, one that always defers, and one that is dead.</summary>
internal static class PoisonedCommand
{
    public static Command Create()
    {
        var packetboat = new Option<string>("--packetboat") { Required = true, Description = "The native binary." };
        var domains = new Option<int>("--domains") { DefaultValueFactory = _ => 10, Description = "That are well." };
        var messages = new Option<int>("--messages") { DefaultValueFactory = _ => 60_000, Description = "Of a turn, to those." };
        var queued = new Option<int>("--queued")
        {
            DefaultValueFactory = _ => 3000,
            Description = "Messages for each poisoned destination that wait when a turn begins.",
        };
        var rate = new Option<double>("--rate")
        {
            DefaultValueFactory = _ => 10,
            Description = "More of them a second, for each, during the turn.",
        };
        var retry = new Option<string>("--retry-first")
        {
            DefaultValueFactory = _ => "1m",
            Description = "RetryFirst of the server. 5s: what is put off is tried again several times in a turn.",
        };
        var which = new Option<string[]>("--destinations")
        {
            DefaultValueFactory = _ => [.. Poisoned.Destinations],
            AllowMultipleArgumentsPerToken = true,
            Description = "Only these of the poisoned.",
        };
        which.AcceptOnlyFromAmong([.. Poisoned.Destinations]);
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 4096, Description = "Octets of a message." };
        var runs = new Option<int>("--runs") { DefaultValueFactory = _ => 3, Description = "With and without, in turns." };
        var work = new Option<string>("--work")
        {
            DefaultValueFactory = _ => "artifacts/poisoned",
            Description = "A directory on the disk to be measured. It is emptied.",
        };
        var command = new Command("poisoned", "Healthy destinations beside one that stalls, one that defers, one that is dead.")
        {
            packetboat,
            domains,
            messages,
            queued,
            rate,
            retry,
            which,
            size,
            runs,
            work,
        };
        command.SetAction(
            async (given, ct) =>
            {
                var poisoned = new Poisoned(
                    Path.GetFullPath(given.GetValue(packetboat)!),
                    Path.GetFullPath(given.GetValue(work)!),
                    TimeProvider.System
                )
                {
                    Domains = Math.Max(1, given.GetValue(domains)),
                    Messages = given.GetValue(messages),
                    Queued = given.GetValue(queued),
                    Rate = given.GetValue(rate),
                    RetryFirst = given.GetValue(retry)!,
                    Which = given.GetValue(which)!,
                    Size = given.GetValue(size),
                };
                Console.WriteLine(await poisoned.RunAsync(given.GetValue(runs), ct));
                return poisoned.IsWell ? 0 : 1;
            }
        );
        return command;
    }
}
