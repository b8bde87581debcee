namespace Packetboat.Relay.Configuration;

/// <summary>
/// Where the configuration is. <c>[Global] CtrlDirectory</c> of the file that is found there is not followed: a copied sbbs.ini would then
/// quietly configure us from another installation.
/// </summary>
public static class CtrlDirectory
{
    public const string SystemWide = "/etc/packetboat";
    private const string Local = "ctrl";

    /// <summary>
    /// <c>--ctrl</c>, else <c>$SBBSCTRL</c>, else <c>./ctrl</c>, else <c>/etc/packetboat</c>. If neither of the last two exists it is
    /// <c>./ctrl</c>, where a first start may write without being root.
    /// </summary>
    /// <returns>A full path, which may not exist.</returns>
    public static string Find(string? option, Func<string, string?> getEnvironment, string workingDirectory) =>
        Find(option, getEnvironment, workingDirectory, SystemWide);

    internal static string Find(
        string? option,
        Func<string, string?> getEnvironment,
        string workingDirectory,
        string systemDirectory
    )
    {
        string local = Path.Combine(workingDirectory, Local);
        string chosen =
            FirstSet(option, getEnvironment("SBBSCTRL"))
            ?? (!Directory.Exists(local) && Directory.Exists(systemDirectory) ? systemDirectory : local);
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(workingDirectory, chosen)));
    }

    private static string? FirstSet(params ReadOnlySpan<string?> candidates)
    {
        foreach (string? candidate in candidates)
            if (!string.IsNullOrWhiteSpace(candidate))
                return candidate;
        return null;
    }
}
