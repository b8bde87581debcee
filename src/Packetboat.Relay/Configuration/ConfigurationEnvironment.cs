namespace Packetboat.Relay.Configuration;

/// <summary>What of the machine has a say in the configuration.</summary>
/// <param name="HostName">With its domain where it has one.</param>
/// <param name="Platform">As in <c>sbbs.&lt;platform&gt;.ini</c>.</param>
/// <param name="WorkingDirectory">Files beneath it are shown without it.</param>
public sealed record ConfigurationEnvironment(string HostName, string Platform, string WorkingDirectory)
{
    public static ConfigurationEnvironment OfThisMachine() =>
        new(System.Net.Dns.GetHostName(), ThisPlatform(), Environment.CurrentDirectory);

    /// <summary>A path as an operator would write it from where he is.</summary>
    public string NameOf(string path)
    {
        string relative = Path.GetRelativePath(WorkingDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private static string ThisPlatform() =>
        OperatingSystem.IsWindows() ? "win32"
        : OperatingSystem.IsMacOS() ? "darwin"
        : OperatingSystem.IsFreeBSD() ? "freebsd"
        : "linux";
}
