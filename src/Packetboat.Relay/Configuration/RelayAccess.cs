using System.Net;
using System.Text;

namespace Packetboat.Relay.Configuration;

/// <summary>What a section of <c>packetboat.ini</c> says about the way to a relay and the sign-in there: <see cref="RouteKeys.OfRelay"/>.</summary>
internal sealed record RelayAccess(
    string Username,
    Secret Password,
    TokenSettings? Token,
    ClientCertificate? Certificate,
    int Auth,
    RelayTls Tls,
    IPAddress? Source4,
    IPAddress? Source6
)
{
    private const int UsualPort = 587;
    private const int MaxPassword = 1000;

    public static RelayAccess Read(SettingReader keys, IReadOnlyList<TokenSettings> tokens) =>
        new(
            keys.Text("Username"),
            PasswordOf(keys),
            TokenOf(keys, tokens),
            ClientCertificate.Read(keys),
            keys.Choice("Auth", RouteKeys.Auths),
            (RelayTls)keys.Choice("Tls", RouteKeys.TlsPolicies),
            keys.IPv4Address("OutboundInterface"),
            keys.IPv6Address("OutboundV6Interface")
        );

    /// <summary>The first key that says how to sign in; null: none does.</summary>
    public string? SignInKey =>
        Username.Length > 0 ? "Username"
        : Password.IsSet ? "Password"
        : Token is not null ? "Token"
        : Auth != 0 ? "Auth"
        : null;

    /// <summary>The relay at an address, with this sign-in.</summary>
    /// <param name="keys">Of the section.</param>
    /// <param name="key">That has the address.</param>
    /// <param name="server">Host or host:port.</param>
    /// <returns>Null where that is neither.</returns>
    public RelaySettings? At(SettingReader keys, string key, string server)
    {
        if (ServerAddress.Parse(server) is not { } address)
        {
            keys.Report(Severity.Error, key, "neither host nor host:port", $"write {key}=relay.example.net:587");
            return null;
        }

        int port = address.Port ?? UsualPort;
        var relay = new RelaySettings(
            address.Host,
            port,
            port == RelaySettings.SubmissionsPort,
            Username,
            Password,
            Token is null ? MechanismOf(keys) : RelayMechanism.Token
        );
        if (Token is not null)
            ReviewToken(keys);
        return On(relay) with { Token = Token };
    }

    private void ReviewToken(SettingReader keys)
    {
        if (Username.Length == 0)
            keys.Report(
                Severity.Error,
                "Username",
                "nothing says whose mailbox the token is for",
                "write Username=me@example.com"
            );
        if (Password.IsSet)
            keys.Report(Severity.Error, "Password", "the token is shown instead", "remove it, or Token");
        if (Auth != 0)
            keys.Report(Severity.Error, "Auth", "a token has mechanisms of its own", "remove it, or Token");
        if (Tls == RelayTls.Any)
            keys.Report(
                Severity.Error,
                "Tls",
                "who gets a token can use it, so it is shown to nobody whose certificate cannot be verified (RFC 6750 5.3)",
                "write Tls=verified, and name the relay's own certificate in RelayCertificateFile if no authority has signed it"
            );
    }

    private RelayMechanism MechanismOf(SettingReader keys)
    {
        RelayMechanism mechanism = RouteKeys.Auths[Auth] switch
        {
            "plain" => RelayMechanism.Plain,
            "login" => RelayMechanism.Login,
            "cram-md5" => RelayMechanism.CramMd5,
            "scram-sha-256" => RelayMechanism.ScramSha256,
            "external" => RelayMechanism.External,
            "none" => RelayMechanism.None,
            _ when Username.Length > 0 => RelayMechanism.Strongest,
            _ => RelayMechanism.None,
        };
        if (mechanism == RelayMechanism.External)
            ReviewExternal(keys);
        else if (mechanism != RelayMechanism.None && (Username.Length == 0 || !Password.IsSet))
            keys.Report(
                Severity.Error,
                Username.Length == 0 ? "Username" : "Password",
                "a sign-in needs both a name and a password",
                "write Username and Password or PasswordFile, or Auth=none"
            );
        return mechanism;
    }

    /// <summary>RFC 4422 appendix A: the certificate is all that is shown; the name may say which of its accounts is meant.</summary>
    private void ReviewExternal(SettingReader keys)
    {
        if (Certificate is null)
            keys.Report(
                Severity.Error,
                "Auth",
                "EXTERNAL shows a certificate, and there is none",
                "write Certificate=client.pem, and CertificateKey if the key is in another file"
            );
        if (Password.IsSet)
            keys.Report(Severity.Error, "Password", "the certificate is shown instead", "remove it, or Auth=external");
    }

    /// <summary>A relay, reached as the section says.</summary>
    public RelaySettings On(RelaySettings relay) =>
        relay with
        {
            Tls = Tls,
            Certificate = Certificate,
            Source4 = Source4,
            Source6 = Source6,
        };

    private static TokenSettings? TokenOf(SettingReader keys, IReadOnlyList<TokenSettings> tokens)
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

    private static Secret PasswordOf(SettingReader keys)
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
}
