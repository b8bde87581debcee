namespace Packetboat.Relay.Configuration;

/// <summary>The keys of a section <c>[Token:NAME]</c> of <c>packetboat.ini</c>.</summary>
public static class TokenKeys
{
    /// <summary>In front of a token's name, in the header of its section.</summary>
    public const string Prefix = "Token:";

    internal static readonly string[] Providers = ["google", "microsoft", "other"];
    internal static readonly string[] Grants = ["refresh", "client-credentials"];

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Key(
            "Provider",
            SettingType.Choice,
            "other",
            "Whose token it is: google, microsoft or other. The first two say where it comes from and what it is for.",
            "microsoft"
        ),
        Key(
            "Grant",
            SettingType.Choice,
            "refresh",
            "How it is come by: refresh is that a person signs in once (packetboat token sign-in), client-credentials is that ClientSecret alone brings it.",
            "client-credentials"
        ),
        Key(
            "ClientId",
            SettingType.Text,
            "",
            "As what Packetboat is registered with the provider.",
            "11111111-2222-3333-4444-555555555555"
        ),
        Key("ClientSecret", SettingType.Secret, "", "The secret of that registration. Blank: it has none.", ""),
        Key(
            "Tenant",
            SettingType.Text,
            "common",
            "Of Microsoft's customers, whose accounts are meant: a tenant's id or domain, or common for all.",
            "example.com"
        ),
        Key("Scope", SettingType.Text, "", "What the token is for, in words of the provider. Blank: as Provider says.", "smtp"),
        Key(
            "TokenEndpoint",
            SettingType.Text,
            "",
            "Address that gives tokens, by HTTPS. Blank: as Provider says.",
            "https://login.example.net/token"
        ),
        Key(
            "DeviceEndpoint",
            SettingType.Text,
            "",
            "Address where a sign-in on another device begins, by HTTPS. Blank: as Provider says.",
            "https://login.example.net/device"
        ),
        Key(
            "AuthorizeEndpoint",
            SettingType.Text,
            "",
            "Address where a person signs in with a browser and brings back where it ends, by HTTPS. Blank: as Provider says.",
            "https://login.example.net/authorize"
        ),
    ];

    public static SettingKey? Find(string name) =>
        All.FirstOrDefault(key => key.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static SettingKey Key(string name, SettingType type, string usual, string description, string example) =>
        new("Token:NAME", name, type, usual, description) { IsUsedYet = true, Example = example };
}
