using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Packetboat.Protocol;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;

namespace Packetboat.Admin.Enrolment;

/// <summary>
/// A node's side of the enrolment API. The hub may be anybody: its certificate is verified, its answers are bounded in size and time, it is
/// not followed to other places, and what it says is looked at before it is used.
/// </summary>
public sealed class EnrolmentClient : IDisposable
{
    /// <summary>Octets of an answer; the terms may be 16 KiB of characters that JSON writes as six.</summary>
    private const int MaxAnswer = 128 * 1024;

    private const int MaxRecords = 20;
    private const int MaxPassword = 127;
    private const int MinPassword = 8;

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly EnrolmentJson Json = EnrolmentJson.Default;

    private readonly Uri _hub;
    private readonly HubTrust _trust;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    /// <param name="hub">From <see cref="TryAddress"/>.</param>
    /// <param name="pin">What vouches for the hub instead of the system's authorities; null: they do.</param>
    /// <param name="time">The clock.</param>
    public EnrolmentClient(Uri hub, HubPin? pin, TimeProvider time)
    {
        (_hub, _time, _trust) = (hub, time, new HubTrust(pin));
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = Patience,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors) => _trust.Check(shown, errors);
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        _http = new HttpClient(handler) { BaseAddress = hub, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>PEM of the hub's certificate, where only the pin vouches for it.</summary>
    public string? PinnedCertificate => _trust.PinnedCertificate;

    public static bool TryAddress(string text, out Uri? hub, out Refusal? refusal)
    {
        refusal = null;
        bool isAddress =
            Uri.TryCreate(text.Trim(), UriKind.Absolute, out hub)
            && hub.Scheme is "https" or "http"
            && hub.PathAndQuery == "/"
            && hub.UserInfo.Length + hub.Fragment.Length == 0;
        if (!isAddress)
            refusal = HubWords.NoUrl(text);
        else if (hub!.Scheme != Uri.UriSchemeHttps)
            refusal = HubWords.InClear(text);
        return refusal is null;
    }

    public async Task<EnrolmentResult<HubDescription>> DescribeAsync(CancellationToken ct)
    {
        EnrolmentResult<HubDescription> result = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, EnrolmentPaths.Hub),
            Json.HubDescription,
            ct
        );
        return result.Value is { } hub && (hub.Terms is null || hub.TermsVersion is null || hub.Name is null)
            ? (EnrolmentFault.Unavailable, HubWords.NoHub(_hub, "no terms"))
            : result;
    }

    /// <summary>From where the hub sees us.</summary>
    public async Task<EnrolmentResult<SeenAddress>> AddressAsync(CancellationToken ct)
    {
        EnrolmentResult<SeenAddress> result = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, EnrolmentPaths.Address),
            Json.SeenAddress,
            ct
        );
        return result.Value is { } seen && !IPAddress.TryParse(seen.Address, out _)
            ? (EnrolmentFault.Unavailable, HubWords.NoHub(_hub, "no address"))
            : result;
    }

    public async Task<EnrolmentResult<JoinAnswer>> JoinAsync(JoinRequest ask, CancellationToken ct)
    {
        EnrolmentResult<JoinAnswer> result = await PostAsync(EnrolmentPaths.Join, ask, Json.JoinRequest, Json.JoinAnswer, ct);
        return result.Value is { } answer && FaultOf(answer) is { } fault
            ? (EnrolmentFault.Unavailable, HubWords.Unfit(_hub, fault))
            : result;
    }

    public Task<EnrolmentResult<ApplicationAnswer>> ApplyAsync(ApplicationRequest ask, CancellationToken ct) =>
        PostAsync(EnrolmentPaths.Apply, ask, Json.ApplicationRequest, Json.ApplicationAnswer, ct);

    public Task<EnrolmentResult<ApplicationAnswer>> ApplicationAsync(string code, CancellationToken ct) =>
        PostAsync(
            EnrolmentPaths.Application,
            new ApplicationRequest { Code = code },
            Json.ApplicationRequest,
            Json.ApplicationAnswer,
            ct
        );

    public void Dispose() => _http.Dispose();

    /// <summary>It goes into a settings file, and from there onto the wire.</summary>
    private static string? FaultOf(JoinAnswer answer)
    {
        if (!QwkId.TryParse(answer.Account ?? "", out _, out Refusal? unfit))
            return $"account {unfit.Value}: {unfit.Reason}";
        if (ServerAddress.Parse(answer.Server ?? "") is not { Port: null })
            return $"server {PrintableText.Of(answer.Server ?? "", 80)} is neither a host name nor an address";
        if (answer.Port is < 1 or > ushort.MaxValue)
            return $"port {answer.Port} is none";
        if (answer.Mechanism is not ("PLAIN" or "LOGIN" or "CRAM-MD5"))
            return $"the mechanism {PrintableText.Of(answer.Mechanism ?? "", 40)} is unknown here";
        if (
            answer.Password is not { Length: >= MinPassword and <= MaxPassword }
            || !answer.Password.All(c => c is > ' ' and <= '~')
        )
            return "the password is none that can be written down";
        return answer.Records is null || answer.Records.Count > MaxRecords ? "too many records, or none" : null;
    }

    private Task<EnrolmentResult<TAnswer>> PostAsync<TAsk, TAnswer>(
        string path,
        TAsk ask,
        JsonTypeInfo<TAsk> type,
        JsonTypeInfo<TAnswer> answer,
        CancellationToken ct
    )
        where TAnswer : class
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(ask, type);
        return SendAsync(
            () =>
            {
                var body = new ByteArrayContent(json);
                body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                return new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
            },
            answer,
            ct
        );
    }

    private async Task<EnrolmentResult<T>> SendAsync<T>(
        Func<HttpRequestMessage> request,
        JsonTypeInfo<T> type,
        CancellationToken ct
    )
        where T : class
    {
        using var late = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ct);
        try
        {
            using HttpRequestMessage message = request();
            using HttpResponseMessage answer = await _http.SendAsync(
                message,
                HttpCompletionOption.ResponseHeadersRead,
                either.Token
            );
            return await ReadAsync(answer, type, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return (EnrolmentFault.Unavailable, HubWords.TooSlow(_hub, Patience));
        }
        catch (HttpRequestException) when (_trust.Doubt.Length > 0)
        {
            return (EnrolmentFault.Unavailable, HubWords.Untrusted(_hub, _trust.Doubt));
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return (EnrolmentFault.Unavailable, HubWords.NoTls(_hub));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return (EnrolmentFault.Unavailable, HubWords.Unreachable(_hub, failure.InnerException?.Message ?? failure.Message));
        }
    }

    private async Task<EnrolmentResult<T>> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        if ((int)answer.StatusCode is >= 300 and < 400)
            return (EnrolmentFault.Unavailable, HubWords.Elsewhere(_hub, answer.Headers.Location?.OriginalString ?? "nowhere"));
        if (answer.Content.Headers.ContentType?.MediaType != "application/json")
            return (EnrolmentFault.Unavailable, HubWords.NoHub(_hub, $"HTTP {(int)answer.StatusCode}, no JSON"));
        if (await BodyAsync(answer, ct) is not { } body)
            return (EnrolmentFault.Unavailable, HubWords.TooMuch(_hub, MaxAnswer));
        try
        {
            if (answer.StatusCode == HttpStatusCode.OK)
                return JsonSerializer.Deserialize(body.Span, type) is { } value
                    ? value
                    : (EnrolmentFault.Unavailable, HubWords.NoHub(_hub, "it says nothing"));
            return JsonSerializer.Deserialize(body.Span, Json.EnrolmentProblem) is { Reason: not null } problem
                ? (problem.Error, new Refusal(Clean(problem.Value), Clean(problem.Reason), Clean(problem.Remedy)))
                : (EnrolmentFault.Unavailable, HubWords.NoHub(_hub, $"HTTP {(int)answer.StatusCode}"));
        }
        catch (JsonException bad)
        {
            return (EnrolmentFault.Unavailable, HubWords.NoHub(_hub, bad.Message));
        }
    }

    private static string Clean(string? text) => PrintableText.Of(text ?? "", 300);

    /// <summary>Null when it does not end where it must.</summary>
    private static async Task<ReadOnlyMemory<byte>?> BodyAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        await using Stream stream = await answer.Content.ReadAsStreamAsync(ct);
        byte[] body = new byte[MaxAnswer + 1];
        int length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, ct);
        // Not with ?: where null would become an empty memory.
        if (length > MaxAnswer)
            return null;
        return body.AsMemory(0, length);
    }
}
