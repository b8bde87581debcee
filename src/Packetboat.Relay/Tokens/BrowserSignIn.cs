using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Packetboat.Protocol;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Relay.Tokens;

/// <summary>
/// A person signs in with a browser on whatever machine, is sent to an address of that machine at which nobody answers, and brings us that
/// address: the code is in it. RFC 8252 §7.3, with PKCE, RFC 7636: who sees the code alone can do nothing with it. For providers that give no
/// token for mail by RFC 8628, such as Google.
/// </summary>
public sealed class BrowserSignIn(AuthorizationServer server)
{
    /// <summary>Whither the browser is sent. Providers take any port of this address from a program.</summary>
    public const string Return = "http://127.0.0.1:8642/";

    private const int MaxLine = 4000;

    /// <param name="token">Which.</param>
    /// <param name="person">Opens an address, and brings back the one that the browser ended at.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>An answer with a refresh token.</returns>
    public async Task<Result<TokenReply>> RunAsync(TokenSettings token, ISignInPerson person, CancellationToken ct)
    {
        if (token.AuthorizeEndpoint is not { } endpoint)
            return new Refusal(
                token.Name,
                "nothing says where a person signs in",
                $"Write {(token.DeviceEndpoint is null ? "DeviceEndpoint or AuthorizeEndpoint as the provider says" : "AuthorizeEndpoint as the provider says, or leave --browser out")}; or get a refresh token otherwise, and then: packetboat token set {token.Name}"
            );
        (string verifier, string state) = (Random(), Random());
        string? line = await person.BringBackAsync(AddressOf(token, endpoint, verifier, state), ct);
        if (Code(token, line, state, out string code) is { } refusal)
            return refusal;
        TokenReply reply = await server.ByCodeAsync(token, code, Return, verifier, ct);
        return reply switch
        {
            { Error.Length: > 0 } => NotDone(token, reply.Fault),
            { RefreshToken.IsSet: false } => NotDone(
                token,
                "the answer has no refresh_token; does Scope ask for one (offline_access)?"
            ),
            _ => reply,
        };
    }

    private static Uri AddressOf(TokenSettings token, Uri endpoint, string verifier, string state)
    {
        // access_type and prompt are Google's words for a refresh token, each time; others pass them by (RFC 6749 §3.1).
        (string Name, string Value)[] fields =
        [
            ("response_type", "code"),
            ("client_id", token.ClientId),
            ("redirect_uri", Return),
            ("scope", token.Scope),
            ("state", state),
            ("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))),
            ("code_challenge_method", "S256"),
            ("access_type", "offline"),
            ("prompt", "consent"),
        ];
        string query = string.Join('&', fields.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}"));
        // What the address has of its own stays. RFC 6749 §3.1.
        string own = endpoint.Query.TrimStart('?');
        return new UriBuilder(endpoint) { Query = own.Length == 0 ? query : $"{own}&{query}" }.Uri;
    }

    /// <summary>Only what we have asked for is taken: the state is ours. RFC 6749 §10.12.</summary>
    private static Refusal? Code(TokenSettings token, string? line, string state, out string code)
    {
        code = "";
        if (string.IsNullOrWhiteSpace(line))
            return NotDone(token, "no address was given");
        if (line.Length > MaxLine || !Uri.TryCreate(line.Trim(), UriKind.Absolute, out Uri? address))
            return NotDone(token, "that is no address; copy all of what the browser shows, from http:// on");
        Dictionary<string, string> fields = Fields(address.Query);
        if (fields.GetValueOrDefault("error") is { } error)
            return NotDone(token, PrintableText.Of(error, 200));
        if (!IsSame(fields.GetValueOrDefault("state", ""), state))
            return NotDone(token, "it belongs to another sign-in than this one");
        code = fields.GetValueOrDefault("code", "");
        return code.Length == 0 ? NotDone(token, "the address has no code in it") : null;
    }

    private static Dictionary<string, string> Fields(string query)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in query.TrimStart('?').Split('&'))
        {
            string[] parts = pair.Split('=', 2);
            if (parts.Length == 2)
                fields.TryAdd(parts[0], Uri.UnescapeDataString(parts[1].Replace('+', ' ')));
        }

        return fields;
    }

    private static bool IsSame(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    /// <summary>256 bits. RFC 7636 §7.1.</summary>
    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static Refusal NotDone(TokenSettings token, string reason) => new(token.Name, reason, "Try again");
}
