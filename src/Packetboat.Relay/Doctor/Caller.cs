using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Doctor;

/// <summary>Calls a mail server, hears its greeting, says EHLO and leaves: what shows that a port is open, and costs the other side little.</summary>
internal sealed class Caller(Dialer dialer, Func<string> hostName, TimeProvider time)
{
    /// <param name="host">Its name, for the report.</param>
    /// <param name="target">Where.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <param name="implicitTls">It begins with TLS, as port 465 does (RFC 8314).</param>
    public async Task<Talk> CallAsync(string host, IPEndPoint target, CancellationToken ct, bool implicitTls = false)
    {
        (Socket? socket, string failure) = await dialer.DialAsync(target, ct);
        if (socket is null)
            return new Talk(host, target.Address, failure);
        var talk = new Talk(host, target.Address, "") { From = (socket.LocalEndPoint as IPEndPoint)?.Address };
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (implicitTls)
                stream = await SecureAsync(stream, host, ct);
        }
        catch (Exception broken) when (broken is IOException or AuthenticationException or OperationCanceledException)
        {
            await stream.DisposeAsync();
            ct.ThrowIfCancellationRequested();
            return talk with { Failure = $"no TLS: {broken.Message}" };
        }

        await using SmtpClientSession session = dialer.Session(stream);
        SmtpReply? greeting = null;
        SmtpReply? hello = null;
        try
        {
            SmtpOutcome greeted = await session.GreetAsync(ct);
            greeting = greeted.Reply;
            talk = talk with { GreetedAt = time.GetUtcNow() };
            if (greeted.IsAccepted)
                hello = (await session.HelloAsync(hostName(), extensionsNeeded: true, ct)).Reply;
            await session.QuitAsync(ct);
        }
        catch (SmtpProtocolException broken)
        {
            talk = talk with { Failure = greeting is null ? broken.Message : "" };
        }

        return talk with
        {
            Greeting = greeting,
            Hello = hello,
        };
    }

    /// <summary>Whoever it is: nothing is said here that others may not hear, and the sign-in is another call.</summary>
    private async Task<Stream> SecureAsync(Stream stream, string host, CancellationToken ct)
    {
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            RemoteCertificateValidationCallback = new RelayTrust("", mustVerify: false).Check,
        };
        await dialer.SecureAsync(tls, options, ct);
        return tls;
    }

    /// <summary>From which of our addresses a packet to another would leave; null: there is no way there. Nothing is sent.</summary>
    public static IPAddress? SourceTowards(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(address, port: 25);
            return (socket.LocalEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
