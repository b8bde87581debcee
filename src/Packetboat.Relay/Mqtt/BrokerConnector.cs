using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Mqtt;

/// <summary>Makes the connection to the broker, with TLS where the settings want it.</summary>
internal static class BrokerConnector
{
    /// <returns>The stream, or why there is none.</returns>
    public static async Task<(Stream? Stream, string Failure)> ConnectAsync(MqttSettings settings, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(settings.Broker, settings.Port, ct);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (!settings.UsesTls)
                return (stream, "");
            var trust = new RelayTrust(settings.CertificateFile, mustVerify: true);
            var tls = new SslStream(stream, leaveInnerStreamOpen: false, trust.Check);
            stream = tls;
            try
            {
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = settings.Broker }, ct);
                return (tls, "");
            }
            catch (AuthenticationException failure)
            {
                await tls.DisposeAsync();
                return (null, trust.HasRefused ? trust.Doubt : $"no TLS: {failure.Message}");
            }
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            await DropAsync(socket, stream);
            return (null, failure.Message);
        }
        catch
        {
            await DropAsync(socket, stream);
            throw;
        }
    }

    private static async ValueTask DropAsync(Socket socket, Stream? stream)
    {
        if (stream is not null)
            await stream.DisposeAsync();
        socket.Dispose();
    }
}
