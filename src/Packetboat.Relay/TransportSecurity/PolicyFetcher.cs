using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Packetboat.Protocol;
using Packetboat.Protocol.TransportSecurity;
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

    /// <param name="dialer">Makes the connection.</param>
    /// <param name="addresses">Looks up the web server.</param>
    /// <param name="mayBePrivate"><c>AllowPrivateTargets</c></param>
    /// <param name="time">The clock.</param>
    /// <param name="authorities">Who is believed; null: whom this machine believes.</param>
    /// <param name="port">Only a laboratory has another.</param>
    public PolicyFetcher(
        Dialer dialer,
        HostAddresses addresses,
        Func<bool> mayBePrivate,
        TimeProvider time,
        X509ChainPolicy? authorities = null,
        int port = 443
    )
    {
        (_time, _port) = (time, port);
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
        if (answer.StatusCode != HttpStatusCode.OK)
            return FetchedPolicy.None($"{HostOf(domain)} answers {(int)answer.StatusCode}");
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
