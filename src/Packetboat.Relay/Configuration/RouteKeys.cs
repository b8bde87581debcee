namespace Packetboat.Relay.Configuration;

/// <summary>The keys of a section <c>[Route:NAME]</c> of <c>packetboat.ini</c>.</summary>
public static class RouteKeys
{
    /// <summary>In front of a rule's name, in the header of its section.</summary>
    public const string Prefix = "Route:";

    internal static readonly string[] Actions = ["direct", "relay", "auto", "never"];
    internal static readonly string[] Auths = ["strongest", "scram-sha-256", "plain", "login", "cram-md5", "external", "none"];
    internal static readonly string[] TlsPolicies = ["credentials", "verified", "any"];

    /// <summary>Those about a relay and the way to it.</summary>
    internal static IReadOnlyList<SettingKey> OfRelay { get; } =
    [
        Key("Username", SettingType.Text, "", "Name for the sign-in at the relay. Blank: no sign-in.", "MYBBS"),
        Key("Password", SettingType.Secret, "", "Password for it.", ""),
        Key(
            "PasswordFile",
            SettingType.Path,
            "",
            "File with the password for it instead, relative to the directory of this file.",
            "relay.secret"
        ) with
        {
            NamesSecret = true,
        },
        Key(
            "Token",
            SettingType.Text,
            "",
            "Name of a section [Token:NAME], whose token is shown instead of a password.",
            "office"
        ),
        Key(
            "Auth",
            SettingType.Choice,
            "strongest",
            "How to sign in: strongest, scram-sha-256, plain, login, cram-md5, external or none. external is with the key of Certificate, and no password.",
            "scram-sha-256"
        ),
        Key(
            "Certificate",
            SettingType.Path,
            "",
            "PEM file of the certificate and its chain that the relay is shown in the TLS handshake, where it knows its clients by that. Relative to the directory of this file.",
            "client.pem"
        ),
        Key(
            "CertificateKey",
            SettingType.Path,
            "",
            "PEM file of its private key; blank if Certificate holds it too.",
            "client.key"
        ),
        Key(
            "Tls",
            SettingType.Choice,
            "credentials",
            "Whether the relay's certificate has to be verified before anything is sent: credentials is where there is a sign-in, verified always, any never, so that who sits on the way can read the password.",
            "verified"
        ),
        Key(
            "OutboundInterface",
            SettingType.IPv4Address,
            "",
            "Address of this machine that these connections come from. Blank: as OutboundInterface of sbbs.ini.",
            "192.0.2.7"
        ),
        Key("OutboundV6Interface", SettingType.IPv6Address, "", "The same for IPv6.", "2001:db8::7"),
    ];

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Key(
            "Action",
            SettingType.Choice,
            "",
            "What is done with the mail that the rule matches: direct is to the domain's own servers, relay is to a relay, auto is directly and to the relay where the network or a server refuses us, never is back to the sender, because it must not leave this system.",
            "relay"
        ),
        Key(
            "SenderDomain",
            SettingType.List,
            "",
            "Domains of envelope senders that the rule is for, separated by commas; *.example.com is all domains below it. Blank: any sender.",
            "example.com"
        ),
        Key(
            "Account",
            SettingType.List,
            "",
            "Accounts that it is for, separated by commas. Blank: any, and mail that nobody signed in for.",
            "MYBBS"
        ),
        Key(
            "RecipientDomain",
            SettingType.List,
            "",
            "Domains of recipients that it is for, written as in SenderDomain. Blank: any recipient.",
            "example.org"
        ),
        Key(
            "Relay",
            SettingType.Text,
            "",
            "The relay, as host or host:port; without a port 587, and 465 begins with TLS. Blank: RelayServer of sbbs.ini with its RelayUsername and RelayPassword.",
            "relay.example.net:587"
        ),
        Key(
            "Backups",
            SettingType.List,
            "",
            "Names of sections [Relay:NAME], separated by commas: relays that are used, in this order, while those before them cannot be reached or refuse us.",
            "second"
        ),
        .. OfRelay,
    ];

    public static SettingKey? Find(string name) =>
        All.FirstOrDefault(key => key.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static SettingKey Key(string name, SettingType type, string usual, string description, string example) =>
        new("Route:NAME", name, type, usual, description) { IsUsedYet = true, Example = example };
}
