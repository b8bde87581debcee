using System.CommandLine;

namespace Packetboat.Bench.Relay;

/// <summary><c>siege</c>: honest mail beside clients that only take places, and beside floods of connections.</summary>
internal static class SiegeCommand
{
    public static Command Create()
    {
        var packetboat = new Option<string>("--packetboat") { Required = true, Description = "The native binary." };
        var besiegers = new Option<int>("--besiegers")
        {
            DefaultValueFactory = _ => 300,
            Description = "Slow and silent clients.",
        };
        var phases = new Option<string[]>("--phases")
        {
            DefaultValueFactory = _ => [],
            AllowMultipleArgumentsPerToken = true,
            Description =
                $"Only besiegers that stay in these: {string.Join(' ', BesiegerPlan.All.Select(plan => plan.Name).Distinct(StringComparer.Ordinal))}.",
        };
        var addresses = new Option<int>("--addresses")
        {
            DefaultValueFactory = _ => 10,
            Description = "Of the besiegers, at most 250; a third of them comes from the first.",
        };
        var clients = new Option<int>("--max-clients") { Description = "MaxClients of the server; 0: its default." };
        var flood = new Option<double>("--flood")
        {
            DefaultValueFactory = _ => 1000,
            Description = "New connections a second of a flood; 0: as many as go, which takes a processor by itself.",
        };
        var kinds = new Option<SiegeKind[]>("--sieges")
        {
            DefaultValueFactory = _ => [SiegeKind.Slow, SiegeKind.FloodOfOne, SiegeKind.FloodOfMany],
            AllowMultipleArgumentsPerToken = true,
            Description = "Which.",
        };
        var connections = new Option<int>("--connections")
        {
            DefaultValueFactory = _ => 50,
            Description = "Honest ones at once.",
        };
        var each = new Option<int>("--messages-per-connection")
        {
            DefaultValueFactory = _ => 100,
            Description = "Then the honest have to get in and sign in again; 0: never.",
        };
        var rate = new Option<double>("--rate") { Description = "Honest messages a second; 0: as many as go." };
        var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 20, Description = "Of a turn." };
        var rounds = new Option<int>("--rounds")
        {
            DefaultValueFactory = _ => 3,
            Description = "Each siege once, and a turn without before it.",
        };
        var work = new Option<string>("--work")
        {
            DefaultValueFactory = _ => "artifacts/siege",
            Description = "A directory on the disk to be measured. It is emptied.",
        };
        var command = new Command("siege", "Honest mail beside slow clients, silent clients and floods of connections.")
        {
            packetboat,
            besiegers,
            phases,
            addresses,
            clients,
            flood,
            kinds,
            connections,
            each,
            rate,
            seconds,
            rounds,
            work,
        };
        command.SetAction(
            async (given, ct) =>
            {
                if (!PrivateNetwork.IsInside)
                    return await PrivateNetwork.EnterAsync(ct);
                var siege = new Siege(
                    Path.GetFullPath(given.GetValue(packetboat)!),
                    Path.GetFullPath(given.GetValue(work)!),
                    TimeProvider.System
                )
                {
                    Besiegers = given.GetValue(besiegers),
                    Plans = Chosen(given.GetValue(phases)!),
                    Addresses = Math.Clamp(given.GetValue(addresses), 1, 250),
                    MaxClients = given.GetValue(clients),
                    FloodRate = given.GetValue(flood),
                    Kinds = given.GetValue(kinds)!,
                    Connections = given.GetValue(connections),
                    MessagesPerConnection = given.GetValue(each),
                    Rate = given.GetValue(rate),
                    Seconds = given.GetValue(seconds),
                };
                Console.WriteLine(await siege.RunAsync(given.GetValue(rounds), ct));
                return siege.WorstShare < Siege.Wanted ? 1 : 0;
            }
        );
        return command;
    }

    private static IReadOnlyList<BesiegerPlan> Chosen(string[] phases)
    {
        BesiegerPlan[] chosen =
        [
            .. BesiegerPlan.All.Where(plan => phases.Length == 0 || phases.Contains(plan.Name, StringComparer.Ordinal)),
        ];
        return chosen.Length > 0
            ? chosen
            : throw new ArgumentException($"no such phase: {string.Join(' ', phases)}", nameof(phases));
    }
}
