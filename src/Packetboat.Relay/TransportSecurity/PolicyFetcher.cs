using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Packetboat.Protocol;
using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>
/// By HTTPS, from <c>mta-sts.</c> and the domain, whose certificate must hold; nobody is followed elsewhere, and only 200 is an answer. RFC
/// 8461 §3.3. The domain's owner chooses the address, so it must be a public one.
/// </summary>
internal sealed class PolicyFetcher : IPolicyFetcher, IDisposable
{
    /// <summary>For all of it. RFC 8461 §3.3 suggests a minute; mail waits meanwhile.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly int _port;
    private readonly StrangerClocks? _clocks;

    /// <param name="dialer">Makes the connection.</param>
    /// <param name="addresses">Looks up the web server.</param>
    /// <param name="mayBePrivate"><c>AllowPrivateTargets</c></param>
    /// <param name="time">The clock.</param>
    /// <param name="authorities">Who is believed; null: whom this machine believes.</param>
    /// <param name="port">Only a laboratory has another.</param>
    /// <param name="clocks">Told what time it is at the web server; null: nobody is.</param>
    public PolicyFetcher(
        Dialer dialer,
        HostAddresses addresses,
        Func<bool> mayBePrivate,
        TimeProvider time,
        X509ChainPolicy? authorities = null,
        int port = 443,
        StrangerClocks? clocks = null
    )
    {
        (_time, _port, _clocks) = (time, port, clocks);
        _http = new StrangerConnection(dialer, addresses, mayBePrivate).NewClient(authorities);
    }

    public static string HostOf(string domain) => $"mta-sts.{domain}";

    public void Dispose() => _http.Dispose();

    public async Task<FetchedPolicy> FetchAsync(string domain, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(Deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            return await ReadAsync(domain, either.Token);
        }
        catch (HttpRequestException failure)
        {
            Exception inner = failure.InnerException ?? failure;
            return FetchedPolicy.None(
                PrintableText.Of((inner.InnerException ?? inner).Message, 200),
                inner is AuthenticationException ? FetchedPolicy.NotTrusted : FetchedPolicy.NotFetched
            );
        }
        catch (IOException failure)
        {
            return FetchedPolicy.None(PrintableText.Of(failure.Message, 200));
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return FetchedPolicy.None($"no answer within {Deadline.TotalSeconds:0} seconds");
        }
    }

    private async Task<FetchedPolicy> ReadAsync(string domain, CancellationToken ct)
    {
        var address = new UriBuilder(Uri.UriSchemeHttps, HostOf(domain), _port, "/.well-known/mta-sts.txt").Uri;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Packetboat", null));
        using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        // An answer that a cache has kept has the time at which it was made. RFC 9110 §6.6.1, RFC 9111 §5.1.
        if (_clocks is not null && answer.Headers.Date is { } theirs && !answer.Headers.Contains("Age"))
            await _clocks.HearAsync(domain, theirs, ct);
        if (answer.StatusCode != HttpStatusCode.OK)
            return FetchedPolicy.None($"{HostOf(domain)} answers {(int)answer.StatusCode}") with
            {
                IsAbsent = answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone,
            };
        string type = answer.Content.Headers.ContentType?.MediaType ?? "";
        if (!type.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            return FetchedPolicy.None(
                $"{HostOf(domain)} sends {PrintableText.Of(type, 60)} instead of text/plain",
                FetchedPolicy.NotUnderstood
            );

        byte[] room = new byte[MtaStsPolicy.MaxLength + 1];
        await using Stream body = await answer.Content.ReadAsStreamAsync(ct);
        int length = await body.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false, ct);
        return length == room.Length
            ? FetchedPolicy.None($"the policy is larger than {MtaStsPolicy.MaxLength / 1024} KiB", FetchedPolicy.NotUnderstood)
            : new FetchedPolicy(Encoding.UTF8.GetString(room, 0, length), "", "");
    }
}
