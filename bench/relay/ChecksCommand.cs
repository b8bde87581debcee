using System.CommandLine;

namespace Packetboat.Bench.Relay;

/// <summary><c>checks</c>: what it costs a hub to look at its nodes' mail before it takes it.</summary>
internal static class ChecksCommand
{
    public static Command Create()
    {
        var packetboat = new Option<string>("--packetboat") { Required = true, Description = "The native binary." };
        var setups = new Option<string[]>("--setups")
        {
            DefaultValueFactory = _ => [.. CheckSetup.All.Select(setup => setup.Name)],
            AllowMultipleArgumentsPerToken = true,
            Description = $"Which, in this order: {string.Join(' ', CheckSetup.All.Select(setup => setup.Name))}.",
        };
        var messages = new Option<int>("--messages") { DefaultValueFactory = _ => 20_000, Description = "Of a turn." };
        var connections = new Option<int>("--connections")
        {
            DefaultValueFactory = _ => 50,
            Description = "Conversations at once, signed in once and kept.",
        };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 4096, Description = "Octets of a message." };
        var mailboxes = new Option<int>("--mailboxes") { DefaultValueFactory = _ => 1000, Description = "Different recipients." };
        var runs = new Option<int>("--runs") { DefaultValueFactory = _ => 3, Description = "Of each, in alternation." };
        var work = new Option<string>("--work")
        {
            DefaultValueFactory = _ => "artifacts/checks",
            Description = "A directory on the disk to be measured. It is emptied.",
        };
        var command = new Command("checks", "A hub with its checks on and off in turns.")
        {
            packetboat,
            setups,
            messages,
            connections,
            size,
            mailboxes,
            runs,
            work,
        };
        command.SetAction(
            async (given, ct) =>
            {
                using var node = new NodeKey();
                var checks = new Checks(
                    Path.GetFullPath(given.GetValue(packetboat)!),
                    Path.GetFullPath(given.GetValue(work)!),
                    node,
                    TimeProvider.System
                )
                {
                    Setups = [.. given.GetValue(setups)!.Select(SetupNamed)],
                    Messages = given.GetValue(messages),
                    Connections = given.GetValue(connections),
                    Size = given.GetValue(size),
                    Mailboxes = given.GetValue(mailboxes),
                };
                Console.WriteLine(await checks.RunAsync(given.GetValue(runs), ct));
                return checks.Wrong == 0 ? 0 : 1;
            }
        );
        return command;
    }

    private static CheckSetup SetupNamed(string name) =>
        CheckSetup.All.FirstOrDefault(setup => setup.Name == name)
        ?? throw new ArgumentException(
            $"there is no '{name}'; there are {string.Join(", ", CheckSetup.All.Select(setup => setup.Name))}",
            nameof(name)
        );
}
