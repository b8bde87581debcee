using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.TlsReports;

/// <summary>Posts reports by HTTPS, RFC 8460 §5.4. Any 2xx takes one; nobody is followed elsewhere.</summary>
internal sealed class ReportPost : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    public ReportPost(
        Dialer dialer,
        HostAddresses addresses,
        Func<bool> mayBePrivate,
        TimeProvider time,
        X509ChainPolicy? authorities = null
    )
    {
        _time = time;
        _http = new StrangerConnection(dialer, addresses, mayBePrivate).NewClient(authorities);
    }

    public void Dispose() => _http.Dispose();

    /// <returns>Why it was not taken; null: it was.</returns>
    public async Task<string?> SendAsync(Uri address, byte[] report, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(Deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(report) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/tlsrpt+gzip");
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Packetboat", null));
            using HttpResponseMessage answer = await _http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                either.Token
            );
            return answer.IsSuccessStatusCode ? null : $"{address.Host} answers {(int)answer.StatusCode}";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            Exception inner = failure.InnerException ?? failure;
            return $"{address.Host}: {Protocol.PrintableText.Of((inner.InnerException ?? inner).Message, 200)}";
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return $"{address.Host}: no answer within {Deadline.TotalSeconds:0} seconds";
        }
    }
}
