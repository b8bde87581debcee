using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Tokens;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// To the smart host. Credentials go over verified TLS or not at all, unless the operator wrote that he trusts the way; whatever is wrong
/// with us or our settings parks the route.
/// </summary>
/// <param name="dialer">Connects.</param>
/// <param name="addresses">Finds its addresses.</param>
/// <param name="settings">At present.</param>
/// <param name="tokens">Where relays want one.</param>
/// <param name="clock">Told what time it is at the relay; null: nobody is.</param>
internal sealed class RelayConnector(
    Dialer dialer,
    HostAddresses addresses,
    Func<Settings> settings,
    TokenKeeper? tokens = null,
    ClockComparison? clock = null
) : IConnector
{
    public async ValueTask<Connection> ConnectAsync(Route route, CancellationToken stopping)
    {
        var way = (Route.Relay)route;
        RelaySettings relay = way.Settings;
        (IReadOnlyList<IPAddress> found, string failure) = await addresses.OfAsync(relay.Server, stopping);
        if (found.Count == 0)
            return new Connection.Unreachable(DeliveryReplies.CannotConnect($"{relay.Server}: {failure}"), false, relay.Server);

        Connection result = new Connection.Unreachable(DeliveryReplies.NoAddress(relay.Server), false, relay.Server);
        foreach (IPAddress address in found)
        {
            result = await ConnectAsync(way, new IPEndPoint(address, relay.Port), stopping);
            if (result is not Connection.Unreachable)
                return result;
        }

        return result;
    }

    private async ValueTask<Connection> ConnectAsync(Route.Relay way, IPEndPoint target, CancellationToken stopping)
    {
        RelaySettings relay = way.Settings;
        string host = $"{relay.Server} [{target.Address}]:{target.Port}";
        if (!TryRead(relay, out SslStreamCertificateContext? certificate, out string fault))
            return new Connection.Misconfigured(fault, host);
        var call = new RelayCall(way, settings(), host, dialer, certificate, tokens, clock);
        Connection result = await CallAsync(call, relay, target, stopping);
        // With the token that it refuses the relay may hang up, and has not seen the new one.
        return call.WasCutShort ? await CallAsync(call, relay, target, stopping) : result;
    }

    private static bool TryRead(RelaySettings relay, out SslStreamCertificateContext? certificate, out string fault)
    {
        (certificate, fault) = (null, "");
        if (relay.Certificate is not { } files)
            return true;
        try
        {
            certificate = PemCertificate.Read(files.File, files.KeyFile);
            return true;
        }
        catch (InvalidDataException bad)
        {
            fault = $"Certificate of {relay.Section}: {bad.Message}";
            return false;
        }
    }

    private async ValueTask<Connection> CallAsync(
        RelayCall call,
        RelaySettings relay,
        IPEndPoint target,
        CancellationToken stopping
    )
    {
        (Socket? socket, string failure) = await dialer.DialAsync(
            target,
            stopping,
            target.AddressFamily == AddressFamily.InterNetworkV6 ? relay.Source6 : relay.Source4
        );
        if (socket is null)
            return new Connection.Unreachable(DeliveryReplies.CannotConnect(failure), false, call.Host);

        Stream stream = new NetworkStream(socket, ownsSocket: true);
        SmtpClientSession? session = null;
        try
        {
            if (relay.ImplicitTls)
                stream = await call.SecureAsync(stream, stopping);
            session = dialer.Session(stream);
            Connection result = await call.SignInAsync(session, stream as SslStream, stopping);
            if (result is not Connection.Ready)
                await CloseAsync(session, stopping);
            return result;
        }
        catch (Exception broken) when (broken is SmtpProtocolException or IOException or AuthenticationException)
        {
            await (session?.DisposeAsync() ?? stream.DisposeAsync());
            return call.Broken(broken);
        }
        catch
        {
            await (session?.DisposeAsync() ?? stream.DisposeAsync());
            throw;
        }
    }

    /// <summary>
    /// Whether nothing is sent before its certificate is verified. What goes around a provider may be mail that has to be verified there, and whoever
    /// sits on the way can bring that about: it is no worse off at the relay, unless the operator says that nobody can listen.
    /// </summary>
    public static bool MustVerify(Route.Relay way, Settings settings) =>
        way.Settings.Tls switch
        {
            // Who gets it can use it. RFC 6750 §5.3.
            _ when way.Settings.Mechanism == RelayMechanism.Token => true,
            RelayTls.Verified => true,
            RelayTls.Any => false,
            // The key stands beside RelayServer and speaks of it alone: another section has Tls=any for that.
            // Who is let in by what he shows has to know whom he shows it.
            _ => (way.IsDetour || way.Settings.Mechanism != RelayMechanism.None || way.Settings.Certificate is not null)
                && (way.Settings.Section.Length > 0 || !settings.Packetboat.RelayTrustedInClear),
        };

    private static async ValueTask CloseAsync(SmtpClientSession session, CancellationToken stopping)
    {
        await using (session)
            await session.QuitAsync(stopping);
    }
}
