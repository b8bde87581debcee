using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Relay.Tokens;

/// <summary>
/// A person signs in for a token: by a code that is typed in on another device, and with a browser that brings an address back where the
/// provider gives no such code for mail. Google's refuses the scope:
/// https://developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes
/// </summary>
public sealed class TokenSignIn(AuthorizationServer server, TimeProvider time)
{
    /// <summary>RFC 6749 §5.2: this client does not get this so, whoever signs in.</summary>
    private static readonly string[] OtherWayOnly =
    [
        "invalid_scope",
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
    ];

    /// <param name="token">Which.</param>
    /// <param name="person">Who signs in.</param>
    /// <param name="withBrowser">No code is asked for.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>An answer with a refresh token.</returns>
    public async Task<Result<TokenReply>> RunAsync(
        TokenSettings token,
        ISignInPerson person,
        bool withBrowser,
        CancellationToken ct
    )
    {
        if (token.Grant == TokenGrant.ClientCredentials)
            return new Refusal(token.Name, "client credentials need nobody to sign in", "Nothing is to be done");
        if (!withBrowser && token.DeviceEndpoint is { } endpoint)
        {
            TokenReply begun = await server.BeginDeviceAsync(token, endpoint, ct);
            if (token.AuthorizeEndpoint is null || !OtherWayOnly.Contains(begun.Error, StringComparer.Ordinal))
                return await new DeviceSignIn(server, time).RunAsync(token, begun, person, ct);
            person.HearNoCode(begun.Fault);
        }

        return await new BrowserSignIn(server).RunAsync(token, person, ct);
    }
}
