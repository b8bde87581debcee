namespace Packetboat.Protocol.Sasl;

/// <summary>The mechanisms by name: which a server offers, and the exchange for one that a client chose.</summary>
public static class SaslMechanisms
{
    public const string ScramSha256Plus = "SCRAM-SHA-256-PLUS";
    public const string ScramSha256 = "SCRAM-SHA-256";
    public const string Plain = "PLAIN";
    public const string Login = "LOGIN";
    public const string CramMd5 = "CRAM-MD5";
    public const string OAuthBearer = "OAUTHBEARER";
    public const string XOAuth2 = "XOAUTH2";
    public const string External = "EXTERNAL";

    /// <summary>All that a server here may have, best first.</summary>
    public static IReadOnlyList<string> All { get; } = [External, ScramSha256Plus, ScramSha256, Plain, Login, CramMd5];

    /// <summary>
    /// For the EHLO line, best first. CRAM-MD5 comes last although it hides the password: it works only for the accounts that keep a
    /// readable secret, and a client that takes the first it knows would fail with all the others.
    /// </summary>
    public static IReadOnlyList<string> Offered(SaslServerOptions options)
    {
        bool mayTakePasswords = options.TlsUp || options.PlainInClear;
        var offered = new List<string>(All.Count);
        if (options.ClientKey is not null)
            offered.Add(External);
        if (options.TlsUp && options.ChannelBindings.Count > 0)
            offered.Add(ScramSha256Plus);
        offered.Add(ScramSha256);
        if (mayTakePasswords)
            offered.AddRange([Plain, Login]);
        if (options.HasReversibleSecrets)
            offered.Add(CramMd5);
        return offered;
    }

    /// <summary>The server's side of a mechanism that is offered, in any case of letters; null for any other: 504.</summary>
    public static SaslServerExchange? CreateServer(string mechanism, ISaslAccounts accounts, SaslServerOptions options)
    {
        string name = mechanism.ToUpperInvariant();
        if (!Offered(options).Contains(name, StringComparer.Ordinal))
            return null;

        return name switch
        {
            External => new ExternalServerExchange(accounts, options.ClientKey!),
            ScramSha256Plus => new ScramServerExchange(accounts, plus: true, options.ChannelBindings),
            ScramSha256 => new ScramServerExchange(accounts, plus: false, options.ChannelBindings),
            Plain => new PlainServerExchange(accounts),
            Login => new LoginServerExchange(accounts),
            CramMd5 => new CramMd5ServerExchange(accounts, options.HostName),
            _ => null,
        };
    }

    /// <summary>The client's side; null for a mechanism that we do not have, or for -PLUS without a channel binding.</summary>
    public static SaslClientExchange? CreateClient(string mechanism, SaslClientOptions options) =>
        mechanism.ToUpperInvariant() switch
        {
            ScramSha256Plus when options.ChannelBindings.Count > 0 => new ScramClientExchange(options, plus: true),
            ScramSha256 => new ScramClientExchange(options, plus: false),
            Plain => new PlainClientExchange(options),
            Login => new LoginClientExchange(options),
            CramMd5 => new CramMd5ClientExchange(options),
            External => new ExternalClientExchange(options),
            OAuthBearer => new OAuthBearerClientExchange(options),
            XOAuth2 => new XOAuth2ClientExchange(options),
            _ => null,
        };

    /// <summary>For a token: the mechanism of the standard, else that of before; null where there is neither.</summary>
    public static string? ChooseForToken(IReadOnlyCollection<string> offered)
    {
        string[] preferred = [OAuthBearer, XOAuth2];
        return preferred.FirstOrDefault(name => offered.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>For who names SCRAM: with the channel where both ends can, RFC 5802 §6; null where the server lists neither.</summary>
    public static string? ChooseScram(IReadOnlyCollection<string> offered, bool canBind)
    {
        string[] preferred = canBind ? [ScramSha256Plus, ScramSha256] : [ScramSha256];
        return preferred.FirstOrDefault(name => offered.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>
    /// The best mechanism that a server lists and that tells it no more than needed; null where there is none. Over TLS PLAIN is better
    /// than CRAM-MD5, which needs a server that keeps readable passwords, and at a Synchronet hub one in lower case. Without TLS a
    /// password is never sent: only an operator who named PLAIN or LOGIN himself gets that.
    /// </summary>
    public static string? ChooseStrongest(IReadOnlyCollection<string> offered, bool tlsUp, bool canBind)
    {
        string[] preferred = tlsUp ? [ScramSha256Plus, ScramSha256, Plain, Login, CramMd5] : [ScramSha256, CramMd5];
        return preferred.FirstOrDefault(name =>
            offered.Contains(name, StringComparer.OrdinalIgnoreCase) && (canBind || name != ScramSha256Plus)
        );
    }
}
