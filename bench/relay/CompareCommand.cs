using System.CommandLine;

namespace Packetboat.Bench.Relay;

/// <summary><c>compare</c>: the servers in alternation, over the points, and a table of medians.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var packetboat = new Option<string>("--packetboat") { Required = true, Description = "The native binary." };
        var jit = new Option<string?>("--jit") { Description = "The same program as built for the JIT, as a row of its own." };
        var against = new Option<string[]>("--against")
        {
            DefaultValueFactory = _ => ["postfix"],
            AllowMultipleArgumentsPerToken = true,
            Arity = ArgumentArity.ZeroOrMore,
            Description = "postfix, exim, haraka, opensmtpd, chasquid.",
        };
        var points = new Option<string[]>("--points")
        {
            DefaultValueFactory = _ => [.. Point.All.Select(point => point.Name)],
            AllowMultipleArgumentsPerToken = true,
            Description = string.Join(' ', Point.All.Select(point => point.Name)),
        };
        var runs = new Option<int>("--runs") { DefaultValueFactory = _ => 3, Description = "Of each server at each point." };
        var work = new Option<string>("--work")
        {
            DefaultValueFactory = _ => "artifacts/bench",
            Description = "A directory on the disk to be measured.",
        };
        var peers = new Option<string>("--peers")
        {
            DefaultValueFactory = _ => "/var/cache/packetboat-interop",
            Description = "Where install.sh put what is not installed as a package.",
        };
        var table = new Option<string?>("--table") { Description = "Also write the table to this file." };
        var command = new Command("compare", "Packetboat and others in alternation, and a table.")
        {
            packetboat,
            jit,
            against,
            points,
            runs,
            work,
            peers,
            table,
        };
        command.SetAction(
            async (given, ct) =>
            {
                var comparison = new Comparison(
                    Contestants(given.GetValue(packetboat)!, given.GetValue(jit), given.GetValue(against)!),
                    [.. given.GetValue(points)!.Select(PointNamed)],
                    new Workplace(given.GetValue(work)!, given.GetValue(peers)!),
                    TimeProvider.System
                );
                string text = await comparison.RunAsync(given.GetValue(runs), ct);
                Console.WriteLine(text);
                if (given.GetValue(table) is { } file)
                    await File.WriteAllTextAsync(file, text, ct);
                return 0;
            }
        );
        return command;
    }

    private static List<Contestant> Contestants(string packetboat, string? jit, string[] against)
    {
        // Postfix's speed is the measure of a point's length; the factors only make the runs of the others about as long.
        var all = new List<Contestant> { Named("packetboat", packetboat, 10) };
        if (jit is not null)
            all.Add(Named("packetboat-jit", jit, 8));
        foreach (string name in against)
        {
            double factor = name switch
            {
                "exim" => 0.4,
                "opensmtpd" => 0.1,
                _ => 1,
            };
            all.Add(Named(name, "", factor));
        }

        return all;
    }

    private static Contestant Named(string name, string program, double factor)
    {
        string script = Path.Combine(
            AppContext.BaseDirectory,
            "peers",
            $"{name.Replace("-jit", "", StringComparison.Ordinal)}.sh"
        );
        return File.Exists(script)
            ? new Contestant(name, script, program.Length == 0 ? "" : Path.GetFullPath(program), factor)
            : throw new ArgumentException($"there is no peer '{name}': {script} does not exist", nameof(name));
    }

    private static Point PointNamed(string name) =>
        Point.All.FirstOrDefault(point => point.Name == name)
        ?? throw new ArgumentException(
            $"there is no point '{name}'; there are {string.Join(", ", Point.All.Select(p => p.Name))}",
            nameof(name)
        );
}
