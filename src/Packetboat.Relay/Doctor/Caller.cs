using System.Net;
using System.Net.Sockets;
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
    public async Task<Talk> CallAsync(string host, IPEndPoint target, CancellationToken ct)
    {
        (Socket? socket, string failure) = await dialer.DialAsync(target, ct);
        if (socket is null)
            return new Talk(host, target.Address, failure);
        var talk = new Talk(host, target.Address, "") { From = (socket.LocalEndPoint as IPEndPoint)?.Address };
        await using SmtpClientSession session = dialer.Session(new NetworkStream(socket, ownsSocket: true));
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
