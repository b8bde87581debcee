using System.Net.Http.Headers;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Alarms;

/// <summary>
/// Posts each event as JSON. Any 2xx takes it; what the receiver says besides is not read, and nobody is followed elsewhere. Of the answer's
/// Date (RFC 9110 §6.6.1) the clock is checked.
/// </summary>
public sealed class WebhookOutput : AlarmOutput
{
    private readonly Func<WebhookSettings?> _settings;
    private readonly Func<string> _host;
    private readonly ClockComparison _clock;
    private readonly HttpClient _http;

    public WebhookOutput(
        Func<WebhookSettings?> settings,
        Func<string> host,
        IAlarmStore store,
        ClockComparison clock,
        MailLog log,
        TimeProvider time
    )
        : base("webhook", store, log, time)
    {
        (_settings, _host, _clock) = (settings, host, clock);
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ConnectTimeout = Deadline,
                MaxResponseHeadersLength = 16,
                MaxResponseDrainSize = 0,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private protected override bool IsOn => _settings() is not null;

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    private protected override async Task<string?> SendAsync(AlarmEvent happened, CancellationToken ct)
    {
        if (_settings() is not { } settings)
            return null;
        (byte[] secret, string? fault) = settings.ReadSecret();
        if (fault is not null)
            return fault;
        using HttpRequestMessage request = RequestOf(happened, settings, secret);
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (answer.Headers.Date is { } theirs)
                await _clock.CompareAsync($"the web server {settings.Address.Host}", theirs, ct);
            return answer.IsSuccessStatusCode ? null : $"{settings.Address.Host} answers {(int)answer.StatusCode}";
        }
        catch (HttpRequestException failure)
        {
            // Its words do not have the path, which may be a secret.
            return $"{settings.Address.Host}: {failure.HttpRequestError}, {failure.InnerException?.Message ?? failure.Message}";
        }
    }

    private HttpRequestMessage RequestOf(AlarmEvent happened, WebhookSettings settings, byte[] secret)
    {
        byte[] body = AlarmNotice.Of(happened, _host()).ToJson();
        var request = new HttpRequestMessage(HttpMethod.Post, settings.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Packetboat", null));
        request.Headers.Add("Packetboat-Event", happened.Id);
        if (secret.Length > 0)
            request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(secret, Time.GetUtcNow(), body));
        return request;
    }
}
