using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Tokens;

namespace Packetboat.Relay.Configuration;

/// <summary>Reads the tokens of <c>packetboat.ini</c>.</summary>
internal sealed class TokenReader(
    IniDocument document,
    string directory,
    ICollection<Problem> problems,
    IList<EffectiveValue> values
)
{
    private const int MaxName = 40;

    public static bool IsToken(IniSection section) =>
        section.Names[0].StartsWith(TokenKeys.Prefix, StringComparison.OrdinalIgnoreCase);

    public IReadOnlyList<TokenSettings> Read()
    {
        var tokens = new List<TokenSettings>();
        foreach (IniSection section in document.Sections.Where(IsToken))
        {
            string name = section.Names[0][TokenKeys.Prefix.Length..].Trim().ToLowerInvariant();
            if (!IsName(name) || section.Names.Count > 1)
                problems.Add(
                    new Problem(
                        Severity.Error,
                        section.Header!.File,
                        section.Header.Number,
                        "",
                        section.Header.Text.Trim(),
                        $"the name of a token has letters, digits, - and _, and at most {MaxName} of them",
                        "write a line like [Token:office]"
                    )
                );
            else if (tokens.Exists(one => one.Name == name))
                problems.Add(SectionReview.Repeated(section.Header!, document.Section($"{TokenKeys.Prefix}{name}")!));
            else if (Token(section, name) is { } token)
                tokens.Add(token);
        }

        return tokens;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    private TokenSettings? Token(IniSection section, string name)
    {
        SettingKey? find(string key) => TokenKeys.Find(key) is { } known ? known with { Section = section.Names[0] } : null;
        var keys = new SettingReader(document, find, directory, problems, values);
        string word = TokenKeys.Providers[keys.Choice("Provider", TokenKeys.Providers)];
        TokenProvider? provider = TokenProvider.Find(word);
        var grant = (TokenGrant)keys.Choice("Grant", TokenKeys.Grants);
        string tenant = Uri.EscapeDataString(keys.Text("Tenant"));
        string usual(string? text) => text?.Replace("{tenant}", tenant, StringComparison.Ordinal) ?? "";
        string clientId = Needed(keys, "ClientId");
        Secret secret = keys.Secret("ClientSecret");
        string scope = keys.Text("Scope");
        if (scope.Length == 0)
            scope = (grant == TokenGrant.ClientCredentials ? provider?.ClientScope : provider?.Scope) ?? "";
        Uri? device = Address(keys, "DeviceEndpoint", usual(provider?.DeviceEndpoint));
        Uri? authorize = Address(keys, "AuthorizeEndpoint", usual(provider?.AuthorizeEndpoint));
        Uri? endpoint = Address(keys, "TokenEndpoint", usual(provider?.TokenEndpoint));
        if (endpoint is null && keys.Text("TokenEndpoint").Length == 0)
            keys.Report(
                Severity.Error,
                "TokenEndpoint",
                "nothing says where the token comes from",
                "write TokenEndpoint=https://login.example.net/token, or Provider=microsoft or google"
            );
        if (grant == TokenGrant.ClientCredentials && !secret.IsSet)
            keys.Report(Severity.Error, "ClientSecret", "client credentials are a name and a secret", "write ClientSecret");
        return endpoint is null
            ? null
            : new TokenSettings(name, grant, clientId, secret, scope, endpoint)
            {
                DeviceEndpoint = device,
                AuthorizeEndpoint = authorize,
            };
    }

    private static string Needed(SettingReader keys, string key)
    {
        string text = keys.Text(key);
        if (text.Length == 0)
            keys.Report(
                Severity.Error,
                key,
                "a token is given to somebody who is registered",
                $"write {key} as the provider shows it"
            );
        return text;
    }

    private static Uri? Address(SettingReader keys, string key, string usual)
    {
        string text = keys.Text(key) is { Length: > 0 } own ? own : usual;
        if (text.Length == 0)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttps)
            return address;
        keys.Report(
            Severity.Error,
            key,
            "no https:// address, and secrets go there",
            $"write {key}=https://login.example.net/..."
        );
        return null;
    }
}
