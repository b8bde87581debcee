using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>
/// HTTPS to a host that a stranger names: its address must be a public one, its certificate must hold, and nobody is followed elsewhere.
/// </summary>
internal sealed class StrangerConnection(Dialer dialer, HostAddresses addresses, Func<bool> mayBePrivate)
{
    /// <summary>Without a deadline of its own: each request has one.</summary>
    /// <param name="authorities">Who is believed; null: whom this machine believes.</param>
    public HttpClient NewClient(X509ChainPolicy? authorities) =>
        new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                MaxResponseHeadersLength = 16,
                MaxResponseDrainSize = 0,
                PooledConnectionLifetime = TimeSpan.Zero,
                ConnectCallback = OpenAsync,
                SslOptions = new SslClientAuthenticationOptions
                {
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    CertificateChainPolicy = PeerTrust.Authorities(authorities),
                    RemoteCertificateValidationCallback = static (tls, shown, _, errors) =>
                        errors == SslPolicyErrors.None && IsFor(shown, ((SslStream)tls).TargetHostName),
                },
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <summary>A name in the subject does not count, so the platform's word is not enough. RFC 8461 §3.3.</summary>
    private static bool IsFor(X509Certificate? shown, string host)
    {
        if (shown is null)
            return false;
        using var certificate = new X509Certificate2(shown);
        return CertificateName.IsFor(certificate, host, allowCommonName: false);
    }

    /// <exception cref="IOException">There is no connection; the message says why.</exception>
    private async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        string host = context.DnsEndPoint.Host;
        (IReadOnlyList<IPAddress> found, string failure) = await addresses.OfAsync(host, ct);
        IReadOnlyList<MailTarget> targets = MxHosts.Targets(
            found.Select(address => new MailTarget(host, address)),
            publicOnly: !mayBePrivate()
        );
        if (targets.Count == 0)
            throw new IOException(
                found.Count > 0 ? $"{host} has only loopback or private addresses" : $"{host} was not found: {failure}"
            );
        foreach (MailTarget target in targets)
        {
            (Socket? socket, failure) = await dialer.DialAsync(new IPEndPoint(target.Address, context.DnsEndPoint.Port), ct);
            if (socket is not null)
                return new NetworkStream(socket, ownsSocket: true);
        }

        throw new IOException($"no connection to {host}: {failure}");
    }
}
