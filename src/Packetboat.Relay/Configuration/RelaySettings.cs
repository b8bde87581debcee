using System.Net;

namespace Packetboat.Relay.Configuration;

/// <summary>How to log in to the relay.</summary>
public enum RelayMechanism
{
    /// <summary>Not at all: the relay knows us by our address.</summary>
    None,
    Plain,
    Login,
    CramMd5,

    /// <summary>SCRAM-SHA-256, and its -PLUS form where the relay has it.</summary>
    ScramSha256,

    /// <summary>EXTERNAL: with the certificate of the section.</summary>
    External,

    /// <summary>With the strongest of those that the relay offers.</summary>
    Strongest,

    /// <summary>With a token: OAUTHBEARER or XOAUTH2, as the relay offers.</summary>
    Token,
}

/// <summary>Whose certificate has to be verified.</summary>
public enum RelayTls
{
    /// <summary>That of whoever gets our credentials, unless <c>RelayTrustedInClear</c> says otherwise of RelayServer.</summary>
    Credentials,

    /// <summary>Everybody's: without that nothing is sent.</summary>
    Verified,

    /// <summary>Nobody's.</summary>
    Any,
}

/// <summary>The smart host, as delivery wants to know it.</summary>
/// <param name="Server">Host name or address, without brackets.</param>
/// <param name="Port">On which it listens.</param>
/// <param name="ImplicitTls">Whether the connection begins with TLS. Synchronet lets port 465 fail; RFC 8314 §3.3 says what it is.</param>
/// <param name="Username">As configured; blank only if <paramref name="Mechanism"/> is none, or EXTERNAL, where the key can say it.</param>
/// <param name="Password">Never printed.</param>
/// <param name="Mechanism">The one of the flag, else the strongest if there are credentials.</param>
public sealed record RelaySettings(
    string Server,
    int Port,
    bool ImplicitTls,
    string Username,
    Secret Password,
    RelayMechanism Mechanism
)
{
    /// <summary>The rule that names it; empty: RelayServer.</summary>
    public string Rule { get; init; } = "";

    /// <summary>The name of its section <c>[Relay:NAME]</c>; empty: it has none.</summary>
    public string Backup { get; init; } = "";

    /// <summary>The section of <c>packetboat.ini</c> that describes it; empty: <c>sbbs.ini</c> does.</summary>
    public string Section =>
        Backup.Length > 0 ? $"[{BackupKeys.Prefix}{Backup}]"
        : Rule.Length > 0 ? $"[{RouteKeys.Prefix}{Rule}]"
        : "";

    public RelayTls Tls { get; init; }

    /// <summary>Shown instead of a password; null: there is a password, or no sign-in.</summary>
    public TokenSettings? Token { get; init; }

    /// <summary>Shown to whoever asks for one in the handshake; null: none.</summary>
    public ClientCertificate? Certificate { get; init; }

    /// <summary>Where connections come from; null: as for all others.</summary>
    public IPAddress? Source4 { get; init; }

    public IPAddress? Source6 { get; init; }

    internal const int SubmissionsPort = 465;

    /// <summary>All the flags that name a mechanism; more than one is refused when the settings are read.</summary>
    public const MailOptions MechanismFlags =
        MailOptions.RELAY_AUTH_PLAIN | MailOptions.RELAY_AUTH_LOGIN | MailOptions.RELAY_AUTH_CRAM_MD5;

    public static RelaySettings From(MailSettings mail) =>
        new(
            mail.RelayServer,
            mail.RelayPort,
            mail.RelayPort == SubmissionsPort,
            mail.RelayUsername,
            mail.RelayPassword,
            MechanismOf(mail)
        );

    private static RelayMechanism MechanismOf(MailSettings mail) =>
        (mail.Options & MechanismFlags) switch
        {
            MailOptions.RELAY_AUTH_PLAIN => RelayMechanism.Plain,
            MailOptions.RELAY_AUTH_LOGIN => RelayMechanism.Login,
            MailOptions.RELAY_AUTH_CRAM_MD5 => RelayMechanism.CramMd5,
            _ when mail.RelayUsername.Length > 0 && mail.RelayPassword.IsSet => RelayMechanism.Strongest,
            _ => RelayMechanism.None,
        };
}
