using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Delivery;

/// <summary>Calls a mail server only to see whether somebody answers.</summary>
internal sealed class Greeter(Dialer dialer, HostAddresses addresses, Func<Settings> settings)
{
    /// <summary>Whether one of them does.</summary>
    public async ValueTask<bool> AnswersAsync(IEnumerable<RelaySettings> relays, CancellationToken ct)
    {
        foreach (RelaySettings relay in relays)
            if (await AnswersAsync(relay, ct))
                return true;
        return false;
    }

    private async ValueTask<bool> AnswersAsync(RelaySettings relay, CancellationToken ct)
    {
        foreach (IPAddress address in (await addresses.OfAsync(relay.Server, ct)).Addresses)
        {
            IPAddress? from = address.AddressFamily == AddressFamily.InterNetworkV6 ? relay.Source6 : relay.Source4;
            if (await AnswersAsync(new IPEndPoint(address, relay.Port), relay.ImplicitTls, from, ct))
                return true;
        }

        return false;
    }

    /// <summary>The server of a domain, on the port of such.</summary>
    public async ValueTask<bool> AnswersAsync(string host, CancellationToken ct)
    {
        Settings now = settings();
        IEnumerable<MailTarget> found = (await addresses.OfAsync(host, ct)).Addresses.Select(address => new MailTarget(
            host,
            address
        ));
        foreach (MailTarget target in MxHosts.Targets(found, publicOnly: !now.Packetboat.AllowPrivateTargets))
            if (await AnswersAsync(new IPEndPoint(target.Address, now.Packetboat.DirectPort), speaksTls: false, null, ct))
                return true;
        return false;
    }

    /// <param name="server">Whom to call.</param>
    /// <param name="speaksTls">It begins with a handshake: taking the connection is answer enough.</param>
    /// <param name="from">Our address; null: the usual.</param>
    /// <param name="ct">Ends it.</param>
    private async ValueTask<bool> AnswersAsync(IPEndPoint server, bool speaksTls, IPAddress? from, CancellationToken ct)
    {
        (Socket? socket, _) = await dialer.DialAsync(server, ct, from);
        if (socket is null)
            return false;
        await using SmtpClientSession session = dialer.Session(new NetworkStream(socket, ownsSocket: true));
        if (speaksTls)
            return true;
        try
        {
            await session.GreetAsync(ct);
            await session.QuitAsync(ct);
            return true;
        }
        catch (SmtpProtocolException)
        {
            return false;
        }
    }
}
