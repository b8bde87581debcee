namespace Packetboat.Relay.Configuration;

/// <summary>Which of several files is read as <c>sbbs.ini</c>: the most particular one that exists, and only that one.</summary>
internal static class SbbsIniFile
{
    public const string Name = "sbbs.ini";

    /// <returns>Full path, or null if there is none.</returns>
    public static string? Choose(string ctrlDirectory, ConfigurationEnvironment environment)
    {
        if (!Directory.Exists(ctrlDirectory))
            return null;

        // Host names and platforms are written in any case: BBS folders wander between Windows and Unix.
        string[] present = Directory.GetFiles(ctrlDirectory, "*.ini");
        return Candidates(environment)
            .Select(name => Array.Find(present, p => Path.GetFileName(p).Equals(name, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(path => path is not null);
    }

    private static IEnumerable<string> Candidates(ConfigurationEnvironment environment)
    {
        yield return $"sbbs.{environment.HostName}.ini";
        yield return $"sbbs.{environment.HostName.Split('.')[0]}.ini";
        yield return $"sbbs.{environment.Platform}.ini";
        yield return "sbbs.local.ini";
        yield return Name;
    }
}
