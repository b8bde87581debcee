using System.Globalization;

namespace Packetboat.Bench.Relay;

/// <summary>The server under test with all its children, read from <c>/proc</c>.</summary>
internal sealed class ServerProcess(int root)
{
    private static readonly double TicksPerSecond = 100;

    private long _peak;

    /// <summary>Seconds of CPU, those of children that have ended included.</summary>
    public (double User, double System) Cpu()
    {
        double user = 0;
        double system = 0;
        foreach (string[] fields in Tree())
        {
            user += Number(fields[11]) + Number(fields[13]);
            system += Number(fields[12]) + Number(fields[14]);
        }

        return (user / TicksPerSecond, system / TicksPerSecond);
    }

    /// <summary>The ids of all of them.</summary>
    public IReadOnlyList<string> Members() => [.. Tree().Select(fields => fields[^1])];

    public int Processes() => Tree().Count;

    /// <summary>MiB now: what is shared counts in shares.</summary>
    public double Memory()
    {
        long kib = Tree().Sum(fields => Pss(fields[^1]));
        _peak = Math.Max(_peak, kib);
        return kib / 1024.0;
    }

    public double PeakMemory => _peak / 1024.0;

    public int OpenFiles() => Tree().Sum(fields => Count($"/proc/{fields[^1]}/fd"));

    private static int Count(string directory)
    {
        try
        {
            return Directory.GetFileSystemEntries(directory).Length;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>The fields of <c>/proc/PID/stat</c> behind the name, and the process id as the last one.</summary>
    private List<string[]> Tree()
    {
        Dictionary<int, string[]> all = [];
        foreach (string directory in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int pid) && Stat(pid) is { } fields)
                all[pid] = fields;
        }

        var members = new HashSet<int> { root };
        for (int before = 0; before != members.Count; )
        {
            before = members.Count;
            foreach ((int pid, string[] fields) in all)
            {
                if (members.Contains((int)Number(fields[1])))
                    members.Add(pid);
            }
        }

        return [.. members.Where(all.ContainsKey).Select(pid => all[pid])];
    }

    private static string[]? Stat(int pid)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Trim().Split(' ');
            return [.. fields, pid.ToString(CultureInfo.InvariantCulture)];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Pss(string pid)
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{pid}/smaps_rollup"))
            {
                if (line.StartsWith("Pss:", StringComparison.Ordinal))
                    return (long)Number(line[4..].Replace("kB", "", StringComparison.Ordinal).Trim());
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
        }

        return 0;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
