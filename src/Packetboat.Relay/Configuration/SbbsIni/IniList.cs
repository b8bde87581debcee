namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>Items separated by commas; empty ones vanish.</summary>
public static class IniList
{
    public static IReadOnlyList<string> Read(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
