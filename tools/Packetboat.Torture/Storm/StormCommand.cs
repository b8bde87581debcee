using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;

namespace Packetboat.Torture.Storm;

/// <summary><c>storm</c>: spoke, hub and the Internet, and everything that can go wrong with them.</summary>
internal static class StormCommand
{
    public static Option<string> Packetboat { get; } =
        new("--packetboat") { Description = "The program under test: a native binary, or packetboat.dll", Required = true };

    public static Option<int?> Seed { get; } = new("--seed") { Description = "Repeats a run's random numbers" };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print the summary as JSON" };

    public static Option<bool> Keep { get; } = new("--keep") { Description = "Keep the folder of the run, whatever came of it" };

    public static Command Create()
    {
        Option<int> kills = Number("--kills", 500, "SIGKILLs, of spoke and hub together");
        Option<int> disks = Number("--disk-faults", 120, "Times that a disk is full or failing");
        Option<int> clocks = Number("--clock-jumps", 40, "Times that a clock is set wrong");
        Option<int> backups = Number("--backups", 40, "Backups taken while mail flows, of spoke and hub together");
        Option<int> messages = Number("--messages", 5000, "Messages that must have been accepted before it ends");
        Option<int> connections = Number("--connections", 10, "Clients at once");
        Option<int> minutes = Number("--minutes", 30, "It fails when it is not through by then");
        var command = new Command("storm", "Spoke, hub and the Internet, and everything that can go wrong with them")
        {
            Packetboat,
            Seed,
            kills,
            disks,
            clocks,
            backups,
            messages,
            connections,
            minutes,
            Keep,
            Json,
        };
        command.SetAction(
            (given, ct) =>
                RunAsync(
                    new StormOptions
                    {
                        Packetboat = Path.GetFullPath(given.GetValue(Packetboat)!),
                        Seed = given.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
                        Kills = given.GetValue(kills),
                        DiskFaults = given.GetValue(disks),
                        ClockJumps = given.GetValue(clocks),
                        Backups = given.GetValue(backups),
                        Messages = given.GetValue(messages),
                        Connections = given.GetValue(connections),
                        Limit = TimeSpan.FromMinutes(given.GetValue(minutes)),
                        Keep = given.GetValue(Keep),
                    },
                    given.GetValue(Json),
                    ct
                )
        );
        return command;
    }

    private static Option<int> Number(string name, int usual, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };

    private static async Task<int> RunAsync(StormOptions options, bool json, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(options.Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        StormSummary summary = await StormRun.RunAsync(options, either.Token);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(summary, TortureJson.Default.StormSummary));
        else
            Console.WriteLine(summary.ToText());
        return summary.IsGood ? 0 : 1;
    }
}
