using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Relay.Delivery;

/// <summary>Makes the TCP connection, from the address that the operator chose, within <c>ConnectTimeout</c>.</summary>
internal sealed class Dialer(Func<DialSettings> settings, TimeProvider time)
{
    /// <summary>A failure that is nobody's but ours.</summary>
    public const string WrongSource = "the address set in OutboundInterface is not one of this machine's";

    private const string NoAnswer = "no answer";

    public TimeProvider Time => time;

    /// <param name="target">Whom to call.</param>
    /// <param name="stopping">Ends it.</param>
    /// <param name="from">Our address, of the same family; null: the usual.</param>
    /// <returns>A session that has not read the greeting yet, or why there is none.</returns>
    public async ValueTask<(Socket? Socket, string Failure)> DialAsync(
        IPEndPoint target,
        CancellationToken stopping,
        IPAddress? from = null
    )
    {
        DialSettings now = settings();
        // 0 leaves it to the operating system.
        using var patience = new CancellationTokenSource(
            now.ConnectTimeout > TimeSpan.Zero ? now.ConnectTimeout : Timeout.InfiniteTimeSpan,
            time
        );
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        Socket? socket = null;
        try
        {
            // A machine without IPv6 refuses even the socket: that is this address's failure, and the next one may do.
            socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if ((from ?? now.SourceFor(target.AddressFamily)) is { } source)
                socket.Bind(new IPEndPoint(source, 0));
            await socket.ConnectAsync(target, either.Token);
            return (socket, "");
        }
        catch (SocketException failure)
        {
            socket?.Dispose();
            return (null, Words(failure));
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            socket?.Dispose();
            return (null, $"{NoAnswer} within {now.ConnectTimeout.TotalSeconds:0} seconds");
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>The address of ours that a call would come from; null: there is none of that family, or no way there.</summary>
    /// <param name="target">Whom to call.</param>
    /// <param name="from">As in <see cref="DialAsync"/>.</param>
    public IPAddress? SourceFor(IPEndPoint target, IPAddress? from = null)
    {
        if ((from ?? settings().SourceFor(target.AddressFamily)) is { } chosen)
            return chosen;
        try
        {
            // Connecting such a socket sends nothing: the system only chooses the way, and with it the address.
            using var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(target);
            return (socket.LocalEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>The handshake of a port that begins with TLS, within the time that STARTTLS gets too.</summary>
    public async ValueTask SecureAsync(SslStream tls, SslClientAuthenticationOptions options, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(settings().Timeouts.Handshake, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            await tls.AuthenticateAsClientAsync(options, either.Token);
        }
        catch (OperationCanceledException late) when (!stopping.IsCancellationRequested)
        {
            throw new SmtpProtocolException(SmtpFault.TimedOut, "the server took too long", late);
        }
    }

    public SmtpClientSession Session(Stream stream) => new(stream, settings().Timeouts, time);

    private static string Words(SocketException failure) =>
        failure.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection refused",
            SocketError.NetworkUnreachable => "the network cannot be reached",
            SocketError.HostUnreachable => "the host cannot be reached",
            SocketError.TimedOut => NoAnswer,
            SocketError.AddressNotAvailable => WrongSource,
            _ => failure.Message,
        };
}

/// <param name="ConnectTimeout"><c>ConnectTimeout</c>.</param>
/// <param name="Source4"><c>OutboundInterface</c>; null: any.</param>
/// <param name="Source6"><c>OutboundV6Interface</c>; null: any.</param>
internal sealed record DialSettings(TimeSpan ConnectTimeout, IPAddress? Source4, IPAddress? Source6)
{
    /// <summary>The <c>MaxInactivity</c> at which the hosts that we call get the times of RFC 5321 §4.5.3.2.</summary>
    private static readonly TimeSpan UsualInactivity = TimeSpan.FromMinutes(2);

    public SmtpClientTimeouts Timeouts { get; init; } = SmtpClientTimeouts.Default;

    /// <summary>What an operator thinks of silence holds for both directions: <c>MaxInactivity</c>.</summary>
    public DialSettings With(TimeSpan inactivity) =>
        this with
        {
            Timeouts = SmtpClientTimeouts.Default.Times(inactivity / UsualInactivity),
        };

    public IPAddress? SourceFor(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? Source6 : Source4;
}
