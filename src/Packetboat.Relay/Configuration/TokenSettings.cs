namespace Packetboat.Relay.Configuration;

/// <summary>How a token is come by. RFC 6749 §1.3.</summary>
public enum TokenGrant
{
    /// <summary>A person signs in once; then a refresh token brings the next access token.</summary>
    Refresh,

    /// <summary>The client is the owner: its own secret brings each.</summary>
    ClientCredentials,
}

/// <summary>A token that we sign in with, a section <c>[Token:NAME]</c>.</summary>
/// <param name="Name">In lower case.</param>
/// <param name="Grant">How it is come by.</param>
/// <param name="ClientId">Who we are to the authorization server.</param>
/// <param name="ClientSecret">Not set: a public client.</param>
/// <param name="Scope">What the token is for.</param>
/// <param name="TokenEndpoint">Where tokens come from; HTTPS.</param>
public sealed record TokenSettings(
    string Name,
    TokenGrant Grant,
    string ClientId,
    Secret ClientSecret,
    string Scope,
    Uri TokenEndpoint
)
{
    /// <summary>Where a sign-in on another device begins, RFC 8628; null: it cannot be had so.</summary>
    public Uri? DeviceEndpoint { get; init; }

    /// <summary>Where a person signs in with a browser, RFC 6749 §3.1; null: nobody knows.</summary>
    public Uri? AuthorizeEndpoint { get; init; }
}
