using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>Connects HTTP to a host that a stranger names: its address must be a public one.</summary>
internal sealed class StrangerConnection(Dialer dialer, HostAddresses addresses, Func<bool> mayBePrivate)
{
    /// <exception cref="IOException">There is no connection; the message says why.</exception>
    public async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken ct)
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
