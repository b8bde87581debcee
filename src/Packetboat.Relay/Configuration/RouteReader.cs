using System.Text;
using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Configuration;

/// <summary>
/// Reads the rules of <c>packetboat.ini</c> in their order. A rule that no mail can reach is an error: its operator believes that it counts.
/// </summary>
internal sealed class RouteReader(
    IniDocument document,
    string directory,
    MailSettings mail,
    IReadOnlyList<TokenSettings> tokens,
    ICollection<Problem> problems,
    IList<EffectiveValue> values
)
{
    private const int MaxName = 40;
    private const int UsualPort = 587;
    private const int MaxPassword = 1000;

    public static bool IsRoute(IniSection section) =>
        section.Names[0].StartsWith(RouteKeys.Prefix, StringComparison.OrdinalIgnoreCase);

    public IReadOnlyList<RouteRule> Read()
    {
        var rules = new List<(RouteRule Rule, IniLine Header)>();
        foreach (IniSection section in document.Sections.Where(IsRoute))
        {
            string name = section.Names[0][RouteKeys.Prefix.Length..].Trim();
            if (!IsName(name) || section.Names.Count > 1)
                Report(
                    section,
                    $"the name of a rule has letters, digits, - and _, and at most {MaxName} of them",
                    "write a line like [Route:partner]"
                );
            else if (rules.Find(one => Same(one.Rule.Name, name)) is { Rule: not null } first)
                problems.Add(SectionReview.Repeated(section.Header!, document.Section($"{RouteKeys.Prefix}{first.Rule.Name}")!));
            else if (Rule(section, name) is { } rule)
                Add(rules, rule, section);
        }

        return [.. rules.Select(one => one.Rule)];
    }

    private void Add(List<(RouteRule Rule, IniLine Header)> rules, RouteRule rule, IniSection section)
    {
        if (rules.Find(one => one.Rule.Covers(rule)) is { Rule: not null } before)
            Report(
                section,
                $"it never counts: [{RouteKeys.Prefix}{before.Rule.Name}] at {before.Header} takes all of its mail before it",
                $"move it in front of [{RouteKeys.Prefix}{before.Rule.Name}], or remove it"
            );
        rules.Add((rule, section.Header!));
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private RouteRule? Rule(IniSection section, string name)
    {
        SettingKey? find(string key) => RouteKeys.Find(key) is { } known ? known with { Section = section.Names[0] } : null;
        var keys = new SettingReader(document, find, directory, problems, values);
        if (section.Find("Action") is not { IsBlank: false })
        {
            Report(section, "nothing says what is done with this mail", $"write Action={string.Join(" or ", RouteKeys.Actions)}");
            return null;
        }

        var action = (RouteAction)keys.Choice("Action", RouteKeys.Actions);
        var rule = new RouteRule(name, action)
        {
            Senders = Domains(keys, "SenderDomain"),
            Accounts = Accounts(keys),
            Recipients = Domains(keys, "RecipientDomain"),
            Source4 = keys.IPv4Address("OutboundInterface"),
            Source6 = keys.IPv6Address("OutboundV6Interface"),
        };
        RelaySettings? relay = Relay(section, keys, name);
        return rule with { Relay = action == RouteAction.Relay ? relay : null };
    }

    private static DomainPattern[] Domains(SettingReader keys, string key)
    {
        var found = new List<DomainPattern>();
        foreach (string text in keys.List(key))
        {
            if (DomainPattern.Parse(text) is { } domain)
                found.Add(domain);
            else
                keys.Report(Severity.Error, key, $"'{text}' is no domain", $"write {key}=example.com or *.example.com");
        }

        return [.. found];
    }

    private static IReadOnlyList<string> Accounts(SettingReader keys)
    {
        IReadOnlyList<string> accounts = keys.List("Account");
        foreach (string account in accounts)
            if (!QwkId.TryParse(account, out _, out Refusal? fault))
                keys.Report(Severity.Error, "Account", $"'{account}' is no account: {fault.Reason}", "write Account=MYBBS");
        return accounts;
    }

    private RelaySettings? Relay(IniSection section, SettingReader keys, string name)
    {
        string server = keys.Text("Relay");
        string username = keys.Text("Username");
        Secret password = Password(keys);
        TokenSettings? token = Token(keys);
        int auth = keys.Choice("Auth", RouteKeys.Auths);
        var tls = (RelayTls)keys.Choice("Tls", RouteKeys.TlsPolicies);
        bool isRelay = section.Find("Action")!.Text.Equals("relay", StringComparison.OrdinalIgnoreCase);
        if (!isRelay)
        {
            if (server.Length > 0 || username.Length > 0 || token is not null)
                keys.Report(
                    Severity.Error,
                    server.Length > 0 ? "Relay"
                        : username.Length > 0 ? "Username"
                        : "Token",
                    "only Action=relay has a relay",
                    "remove it"
                );
            return null;
        }

        if (server.Length == 0 && token is not null)
            keys.Report(
                Severity.Error,
                "Token",
                "RelayServer is signed in to with RelayPassword",
                "write Relay=relay.example.net too"
            );
        RelaySettings? relay =
            server.Length == 0 ? Usual(keys, username)
            : token is null ? Named(keys, server, username, password, auth)
            : WithToken(keys, Named(keys, server, "", default, NoSignIn), username, password, token);
        return relay is null
            ? null
            : relay with
            {
                Rule = name,
                Tls = tls,
                Source4 = keys.IPv4Address("OutboundInterface"),
                Source6 = keys.IPv6Address("OutboundV6Interface"),
            };
    }

    private static readonly int NoSignIn = Array.IndexOf(RouteKeys.Auths, "none");

    private TokenSettings? Token(SettingReader keys)
    {
        string name = keys.Text("Token");
        if (name.Length == 0)
            return null;
        TokenSettings? token = tokens.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (token is null)
            keys.Report(
                Severity.Error,
                "Token",
                $"there is no section [{TokenKeys.Prefix}{name}]",
                "write one, with ClientId in it"
            );
        return token;
    }

    private static RelaySettings? WithToken(
        SettingReader keys,
        RelaySettings? relay,
        string username,
        Secret password,
        TokenSettings token
    )
    {
        if (username.Length == 0)
            keys.Report(
                Severity.Error,
                "Username",
                "nothing says whose mailbox the token is for",
                "write Username=me@example.com"
            );
        if (password.IsSet)
            keys.Report(Severity.Error, "Password", "the token is shown instead", "remove it, or Token");
        return relay is null ? null : relay with { Username = username, Mechanism = RelayMechanism.Token, Token = token };
    }

    private RelaySettings? Usual(SettingReader keys, string username)
    {
        if (username.Length > 0)
            keys.Report(Severity.Error, "Username", "RelayServer has its own RelayUsername", "write Relay=relay.example.net too");
        if (mail.RelayServer.Length > 0)
            return RelaySettings.From(mail);
        keys.Report(
            Severity.Error,
            "Action",
            "there is no relay: Relay is blank here, and RelayServer in sbbs.ini",
            "write Relay=relay.example.net"
        );
        return null;
    }

    private static RelaySettings? Named(SettingReader keys, string server, string username, Secret password, int auth)
    {
        if (ServerAddress.Parse(server) is not { } address)
        {
            keys.Report(Severity.Error, "Relay", "neither host nor host:port", "write Relay=relay.example.net:587");
            return null;
        }

        RelayMechanism mechanism = RouteKeys.Auths[auth] switch
        {
            "plain" => RelayMechanism.Plain,
            "login" => RelayMechanism.Login,
            "cram-md5" => RelayMechanism.CramMd5,
            "none" => RelayMechanism.None,
            _ when username.Length > 0 => RelayMechanism.Strongest,
            _ => RelayMechanism.None,
        };
        if (mechanism != RelayMechanism.None && (username.Length == 0 || !password.IsSet))
            keys.Report(
                Severity.Error,
                username.Length == 0 ? "Username" : "Password",
                "a sign-in needs both a name and a password",
                "write Username and Password or PasswordFile, or Auth=none"
            );
        int port = address.Port ?? UsualPort;
        return new RelaySettings(address.Host, port, port == RelaySettings.SubmissionsPort, username, password, mechanism);
    }

    private static Secret Password(SettingReader keys)
    {
        Secret password = keys.Secret("Password");
        string file = keys.Path("PasswordFile");
        if (file.Length == 0)
            return password;
        if (password.IsSet)
            keys.Report(Severity.Error, "PasswordFile", "there is a Password too", "remove one of them");
        SettingsReview.RequireFile(file, "PasswordFile", keys);
        if (!File.Exists(file))
            return password;
        (byte[]? content, string fault) = BoundedFile.Read(file, MaxPassword);
        if (content is null)
            keys.Report(Severity.Error, "PasswordFile", $"it cannot be read: {fault}", "correct its owner or mode");
        return new Secret(Encoding.UTF8.GetString(content ?? []).TrimEnd('\r', '\n'));
    }

    private void Report(IniSection section, string reason, string remedy) =>
        problems.Add(
            new Problem(
                Severity.Error,
                section.Header!.File,
                section.Header.Number,
                "",
                section.Header.Text.Trim(),
                reason,
                remedy
            )
        );
}
