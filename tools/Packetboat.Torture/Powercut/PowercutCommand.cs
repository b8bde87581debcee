using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using Packetboat.Torture.Storm;

namespace Packetboat.Torture.Powercut;

/// <summary><c>powercut</c>: what the server writes is recorded, and played back to every moment at which the power might have gone.</summary>
internal static class PowercutCommand
{
    public static Command Create()
    {
        Option<int> messages = Number("--messages", 200, "Messages to be accepted");
        Option<int> connections = Number("--connections", 6, "Clients at once");
        Option<int> states = Number("--states", 6000, "Power cuts, spread over the recording");
        Option<int> prefixes = Number("--prefixes", 300, "First writes after each of which the power is cut, none left out");
        Option<int> reorderings = Number(
            "--reorderings",
            6,
            "Orders in which the writes before each sync among these are put down"
        );
        Option<int> minutes = Number("--minutes", 30, "It fails when it is not through by then");
        var ignore = new Option<bool>("--ignore-syncs")
        {
            Description = "The disk lies about having synced the write-ahead log: mail must get lost, and be missed",
        };
        var command = new Command("powercut", "Records what reaches the disk, and cuts the power at every moment of it")
        {
            StormCommand.Packetboat,
            StormCommand.Seed,
            messages,
            connections,
            states,
            prefixes,
            reorderings,
            minutes,
            ignore,
            StormCommand.Keep,
            StormCommand.Json,
        };
        command.SetAction(
            (given, ct) =>
                RunAsync(
                    new PowercutOptions
                    {
                        Packetboat = Path.GetFullPath(given.GetValue(StormCommand.Packetboat)!),
                        Seed = given.GetValue(StormCommand.Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
                        Messages = given.GetValue(messages),
                        Connections = given.GetValue(connections),
                        States = given.GetValue(states),
                        Prefixes = given.GetValue(prefixes),
                        Reorderings = given.GetValue(reorderings),
                        IgnoreSyncs = given.GetValue(ignore),
                        Limit = TimeSpan.FromMinutes(given.GetValue(minutes)),
                        Keep = given.GetValue(StormCommand.Keep),
                    },
                    given.GetValue(StormCommand.Json),
                    ct
                )
        );
        return command;
    }

    private static Option<int> Number(string name, int usual, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };

    private static async Task<int> RunAsync(PowercutOptions options, bool json, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(options.Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        PowercutSummary summary = await PowercutRun.RunAsync(options, either.Token);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(summary, TortureJson.Default.PowercutSummary));
        else
            Console.WriteLine(summary.ToText());
        return summary.IsGood ? 0 : 1;
    }
}
