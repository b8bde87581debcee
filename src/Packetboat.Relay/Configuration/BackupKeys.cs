namespace Packetboat.Relay.Configuration;

/// <summary>The keys of a section <c>[Relay:NAME]</c>: a relay that others may stand in front of.</summary>
public static class BackupKeys
{
    /// <summary>In front of the relay's name, in the header of its section.</summary>
    public const string Prefix = "Relay:";

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Key(
            "Server",
            SettingType.Text,
            "",
            "The relay, as host or host:port; without a port 587, and 465 begins with TLS.",
            "backup.example.net:587"
        ),
        .. RouteKeys.OfRelay.Select(key => key with { Section = "Relay:NAME" }),
    ];

    public static SettingKey? Find(string name) =>
        All.FirstOrDefault(key => key.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static SettingKey Key(string name, SettingType type, string usual, string description, string example) =>
        new("Relay:NAME", name, type, usual, description) { IsUsedYet = true, Example = example };
}
