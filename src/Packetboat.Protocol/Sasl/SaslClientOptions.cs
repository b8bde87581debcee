namespace Packetboat.Protocol.Sasl;

/// <summary>Who we are towards a server.</summary>
/// <param name="Name">The login name.</param>
/// <param name="Password">As configured; no mechanism changes its case. For OAUTHBEARER and XOAUTH2 the access token.</param>
public sealed record SaslClientOptions(string Name, string Password)
{
    /// <summary>Whom to act for; empty means ourselves (RFC 4616 §2). Synchronet hubs ignore it.</summary>
    public string AuthorizationId { get; init; } = "";

    /// <summary>Whom we speak to, as OAUTHBEARER tells him; blank: it does not.</summary>
    public string Server { get; init; } = "";

    public int Port { get; init; }

    /// <summary>What the TLS connection offers, best first; empty keeps SCRAM from mentioning it.</summary>
    public IReadOnlyList<ChannelBinding> ChannelBindings { get; init; } = [];

    /// <summary>
    /// Whether the server listed SCRAM-SHA-256-PLUS. Where it did not, SCRAM-SHA-256 tells it that we could have used it, so that it
    /// notices when somebody took it off the list. RFC 5802 §6.
    /// </summary>
    public bool ServerOffersPlus { get; init; }

    public override string ToString() => $"credentials of {Name}";
}
