using System.CommandLine;

namespace Packetboat.Bench.Relay;

/// <summary><c>rest</c>: what a server takes that has nothing to do, before a crowd and after it.</summary>
internal static class RestCommand
{
    public static Command Create()
    {
        var packetboat = new Option<string>("--packetboat") { Required = true, Description = "The native binary." };
        var wait = new Option<double>("--seconds")
        {
            DefaultValueFactory = _ => 60,
            Description = "Of rest, after the start and after the crowd.",
        };
        var connections = new Option<int>("--connections") { DefaultValueFactory = _ => 200, Description = "Of the crowd." };
        var messages = new Option<int>("--messages") { DefaultValueFactory = _ => 50_000, Description = "That it sends." };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 4096, Description = "Octets of a message." };
        var runs = new Option<int>("--runs")
        {
            DefaultValueFactory = _ => 3,
            Description = "Each with a server from an empty folder.",
        };
        var work = new Option<string>("--work")
        {
            DefaultValueFactory = _ => "artifacts/rest",
            Description = "A directory. It is emptied.",
        };
        var command = new Command("rest", "Memory and CPU of a server that has nothing to do, before a crowd and after it.")
        {
            packetboat,
            wait,
            connections,
            messages,
            size,
            runs,
            work,
        };
        command.SetAction(
            async (given, ct) =>
            {
                var rest = new Rest(
                    Path.GetFullPath(given.GetValue(packetboat)!),
                    Path.GetFullPath(given.GetValue(work)!),
                    TimeProvider.System
                )
                {
                    Wait = TimeSpan.FromSeconds(given.GetValue(wait)),
                    Connections = given.GetValue(connections),
                    Messages = given.GetValue(messages),
                    Size = given.GetValue(size),
                };
                Console.WriteLine(await rest.RunAsync(given.GetValue(runs), ct));
                return 0;
            }
        );
        return command;
    }
}
