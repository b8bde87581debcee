using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Shaping;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// To the servers of the recipient's domain, RFC 5321 §5.1: the hosts of its MX records in order of preference, each with all its
/// addresses, until one takes us. TLS where it is offered, whoever's certificate it is: it keeps listeners out, and its failure must not
/// keep mail in.
/// </summary>
internal sealed class DirectConnector(
    Dialer dialer,
    IResolver resolver,
    HostAddresses addresses,
    Func<Settings> settings,
    Shaper shaper
) : IConnector
{
    public async ValueTask<Connection> ConnectAsync(Route route, CancellationToken stopping)
    {
        string domain = ((Route.Direct)route).Domain;
        DnsAnswer<MxRecord> answer = await resolver.MxAsync(domain, stopping);
        return MxHosts.Of(domain, answer, IsOurs, Random.Shared) switch
        {
            MailHosts.Found found => await ConnectAsync(domain, found, stopping),
            MailHosts.NullMx => new Connection.Impossible(DeliveryReplies.NullMx(domain)),
            MailHosts.Loop => new Connection.Impossible(DeliveryReplies.Loop(domain)),
            MailHosts.NoSuchDomain => new Connection.Impossible(DeliveryReplies.NoSuchDomain(domain)),
            MailHosts.Unknown trouble => new Connection.Unreachable(
                DeliveryReplies.DnsTrouble(domain, trouble.Reason),
                false,
                ""
            ),
            _ => throw new InvalidOperationException("a new kind of mail hosts"),
        };
    }

    private async ValueTask<Connection> ConnectAsync(string domain, MailHosts.Found hosts, CancellationToken stopping)
    {
        Connection last = new Connection.Unreachable(DeliveryReplies.NoAddress(domain), false, "");
        int tried = 0;
        foreach (string host in hosts.Names)
        {
            (IReadOnlyList<IPAddress> found, string failure) = await addresses.OfAsync(host, stopping);
            IReadOnlyList<MailTarget> targets = MxHosts.Targets(
                found.Select(address => new MailTarget(host, address)),
                publicOnly: !settings().Packetboat.AllowPrivateTargets
            );
            // Neither a mail server nor an address of its own: the domain takes no mail. RFC 5321 §5.1.
            if (hosts.AreImplicit && failure == HostAddresses.None)
                return new Connection.Impossible(DeliveryReplies.NoMailHost(domain));
            if (targets.Count == 0)
                last = new Connection.Unreachable(Without(host, found.Count, failure), false, host);
            foreach (MailTarget target in targets)
            {
                if (++tried > MxHosts.MaxAddresses)
                    return last;
                last = await ConnectAsync(target, stopping);
                if (last is Connection.Ready or Connection.Paced)
                    return last;
            }
        }

        return last;
    }

    private static SmtpReply Without(string host, int addresses, string failure) =>
        addresses > 0 ? DeliveryReplies.PrivateOnly(host) : DeliveryReplies.DnsTrouble(host, failure);

    private async ValueTask<Connection> ConnectAsync(MailTarget target, CancellationToken stopping)
    {
        switch (await shaper.EnterAsync(target.Host, stopping))
        {
            case Turn.Later later:
                return new Connection.Paced(later.Until, later.Reason);
            case Turn.Mine { Connection: var pace }:
                return await ConnectAsync(target, pace, stopping);
            default:
                throw new InvalidOperationException("a new kind of turn");
        }
    }

    private async ValueTask<Connection> ConnectAsync(MailTarget target, PacedConnection pace, CancellationToken stopping)
    {
        Connection result = new Connection.Unreachable(TlsFailed, false, "");
        try
        {
            result = await ConnectWithoutPaceAsync(target, stopping);
            if (result is Connection.Unreachable { } refused)
                shaper.Note(pace, new RemoteOutcome(refused.Reply, refused.FromPeer, refused.Host), isFresh: true);
            return result is Connection.Ready ready ? ready with { Pace = pace } : result;
        }
        finally
        {
            if (result is not Connection.Ready)
                pace.Dispose();
        }
    }

    private async ValueTask<Connection> ConnectWithoutPaceAsync(MailTarget target, CancellationToken stopping)
    {
        Connection withTls = await ConnectAsync(target, mayTls: true, stopping);
        // A handshake that fails, or that the server ends by hanging up, would do so each time; without TLS the mail still arrives.
        // RFC 7435 §3.
        return withTls is Connection.Unreachable { Reply: var reply } && reply == TlsFailed
            ? await ConnectAsync(target, mayTls: false, stopping)
            : withTls;
    }

    private async ValueTask<Connection> ConnectAsync(MailTarget target, bool mayTls, CancellationToken stopping)
    {
        int port = settings().Packetboat.DirectPort;
        string host = $"{target.Host} [{target.Address}]:{port}";
        (Socket? socket, string failure) = await dialer.DialAsync(new IPEndPoint(target.Address, port), stopping);
        if (socket is null)
            return new Connection.Unreachable(DeliveryReplies.CannotConnect(failure), false, host);

        SmtpClientSession session = dialer.Session(new NetworkStream(socket, ownsSocket: true));
        Connection result;
        try
        {
            result = await OpenAsync(session, target, host, mayTls, stopping);
        }
        catch (SmtpProtocolException broken)
        {
            result = new Connection.Unreachable(
                session.Tls is null ? DeliveryReplies.Broken(broken.Message) : TlsFailed,
                false,
                host
            );
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }

        if (result is not Connection.Ready)
            await session.DisposeAsync();
        return result;
    }

    private async ValueTask<Connection> OpenAsync(
        SmtpClientSession session,
        MailTarget target,
        string host,
        bool mayTls,
        CancellationToken stopping
    )
    {
        SmtpOutcome greeting = await session.GreetAsync(stopping);
        if (!greeting.IsAccepted)
            return new Connection.Unreachable(greeting.Reply, true, host);
        SmtpOutcome hello = await session.HelloAsync(settings().Mail.HostName, extensionsNeeded: false, stopping);
        if (!hello.IsAccepted)
            return new Connection.Unreachable(hello.Reply, true, host);
        if (mayTls && session.Extensions.StartTls)
        {
            SmtpOutcome started = await session.StartTlsAsync(Options(target.Host), stopping);
            // A refusal leaves the connection as it was; a 421, or a refused EHLO under TLS, leaves none.
            if (!started.IsAccepted && (session.Tls is not null || !session.IsUsable))
                return new Connection.Unreachable(started.Reply, true, host);
        }

        return new Connection.Ready(session, host, Security(session.Tls));
    }

    private bool IsOurs(string host) => string.Equals(host, settings().Mail.HostName, StringComparison.OrdinalIgnoreCase);

    private static readonly SmtpReply TlsFailed = DeliveryReplies.Broken("the TLS handshake failed");

    private static string Security(SslStream? tls) =>
        tls is null ? "in clear" : $"TLS {(tls.SslProtocol == SslProtocols.Tls13 ? "1.3" : "1.2")}";

    private static SslClientAuthenticationOptions Options(string host) =>
        new()
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        };
}
