using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Tokens;

/// <summary>
/// Asks authorization servers, RFC 6749 §3.2: a POST of form fields over verified HTTPS, an answer in JSON. Nobody is followed elsewhere, and every
/// failure is an answer.
/// </summary>
public sealed class AuthorizationServer : IDisposable
{
    private const int MaxAnswer = 64 * 1024;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <param name="time">For the deadline.</param>
    /// <param name="authorities">Who is believed; null: whom this machine believes.</param>
    public AuthorizationServer(TimeProvider time, X509ChainPolicy? authorities = null)
    {
        _time = time;
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                MaxResponseHeadersLength = 16,
                MaxResponseDrainSize = 0,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                SslOptions = new SslClientAuthenticationOptions
                {
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    CertificateChainPolicy = PeerTrust.Authorities(authorities),
                },
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The next access token, for a refresh token. RFC 6749 §6.</summary>
    public Task<TokenReply> RefreshAsync(TokenSettings token, Secret refresh, CancellationToken ct) =>
        AskAsync(
            token.TokenEndpoint,
            token,
            [new("grant_type", "refresh_token"), new("refresh_token", refresh.RevealValue())],
            ct
        );

    /// <summary>RFC 6749 §4.4.</summary>
    public Task<TokenReply> ByCredentialsAsync(TokenSettings token, CancellationToken ct) =>
        AskAsync(token.TokenEndpoint, token, [new("grant_type", "client_credentials"), .. Scope(token)], ct);

    /// <summary>Begins a sign-in on another device. RFC 8628 §3.1.</summary>
    public Task<TokenReply> BeginDeviceAsync(TokenSettings token, Uri endpoint, CancellationToken ct) =>
        AskAsync(endpoint, token, [.. Scope(token)], ct);

    /// <summary>Whether the person has signed in. RFC 8628 §3.4.</summary>
    public Task<TokenReply> PollDeviceAsync(TokenSettings token, Secret deviceCode, CancellationToken ct) =>
        AskAsync(
            token.TokenEndpoint,
            token,
            [new("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), new("device_code", deviceCode.RevealValue())],
            ct
        );

    /// <summary>For the code that a person has brought. RFC 6749 §4.1.3, RFC 7636 §4.5.</summary>
    public Task<TokenReply> ByCodeAsync(
        TokenSettings token,
        string code,
        string redirect,
        string verifier,
        CancellationToken ct
    ) =>
        AskAsync(
            token.TokenEndpoint,
            token,
            [
                new("grant_type", "authorization_code"),
                new("code", code),
                new("redirect_uri", redirect),
                new("code_verifier", verifier),
            ],
            ct
        );

    private static IEnumerable<KeyValuePair<string, string>> Scope(TokenSettings token) =>
        token.Scope.Length == 0 ? [] : [new("scope", token.Scope)];

    private async Task<TokenReply> AskAsync(
        Uri endpoint,
        TokenSettings token,
        List<KeyValuePair<string, string>> fields,
        CancellationToken stopping
    )
    {
        fields.Add(new("client_id", token.ClientId));
        if (token.ClientSecret.IsSet)
            fields.Add(new("client_secret", token.ClientSecret.RevealValue()));
        using var patience = new CancellationTokenSource(Deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            return await PostAsync(endpoint, fields, either.Token);
        }
        catch (HttpRequestException failure)
        {
            Exception inner = failure.InnerException ?? failure;
            // A certificate that does not do is a matter of the address, or of an attack: no other try mends it.
            return TokenReply.Failed(
                $"{endpoint.Host}: {(inner.InnerException ?? inner).Message}",
                inner is AuthenticationException
            );
        }
        catch (IOException failure)
        {
            return TokenReply.Failed($"{endpoint.Host}: {failure.Message}");
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return TokenReply.Failed($"{endpoint.Host}: no answer within {Deadline.TotalSeconds:0} seconds");
        }
    }

    private async Task<TokenReply> PostAsync(Uri endpoint, List<KeyValuePair<string, string>> fields, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Packetboat", null));
        using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        byte[] room = new byte[MaxAnswer + 1];
        await using Stream body = await answer.Content.ReadAsStreamAsync(ct);
        int length = await body.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false, ct);
        return length == room.Length
            ? TokenReply.Failed($"{endpoint.Host}: the answer is too large")
            : TokenReply.Read((int)answer.StatusCode, room.AsMemory(0, length));
    }
}
