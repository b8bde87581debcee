using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>One client that takes a place and as good as nothing else. Whenever it is thrown out it comes again.</summary>
internal sealed class Besieger(BesiegerPlan plan, IPAddress from, IPEndPoint to, Crowd crowd, TimeProvider time)
{
    private static readonly TimeSpan Drip = TimeSpan.FromSeconds(1);

    private readonly byte[] _in = new byte[1024];

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await CallAsync(ct);
                await Task.Delay(crowd.UntilReturn, time, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // The siege is over.
        }
    }

    private async Task CallAsync(CancellationToken ct)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new(true, 0) };
        bool isThere = false;
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(to, ct);
            await using Stream stream = await TakePlaceAsync(new NetworkStream(socket), ct);
            isThere = true;
            crowd.Came(plan);
            await StayAsync(stream, ct);
        }
        catch (Exception end) when (IsTheirs(end) && !ct.IsCancellationRequested)
        {
            if (isThere)
                crowd.ThrownOut();
            else
                crowd.TurnedAway(plan, end.Message);
        }
        finally
        {
            if (isThere)
                crowd.Left(plan);
        }
    }

    /// <summary>As fast as it goes, up to where the dripping begins.</summary>
    private async Task<Stream> TakePlaceAsync(Stream stream, CancellationToken ct)
    {
        if (plan is { Door: Door.TlsSubmission, Tls: BesiegerTls.Never })
            return stream;
        if (plan.Tls == BesiegerTls.First)
            stream = await SecureAsync(stream, ct);
        await ExpectAsync(stream, ct);
        foreach (string line in plan.Said)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), ct);
            await ExpectAsync(stream, ct);
        }

        return plan.Tls == BesiegerTls.Start ? await SecureAsync(stream, ct) : stream;
    }

    private async Task StayAsync(Stream stream, CancellationToken ct)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task dripping = DripAsync(stream, leaving.Token);
        try
        {
            while (true)
            {
                int read = await stream.ReadAsync(_in, ct);
                if (read == 0)
                    throw new IOException("closed");
            }
        }
        finally
        {
            await leaving.CancelAsync();
            await dripping;
        }
    }

    private async Task DripAsync(Stream stream, CancellationToken ct)
    {
        try
        {
            // Not all in the same moment.
            await Task.Delay(Drip * Random.Shared.NextDouble(), time, ct);
            for (int i = 0; plan.Drops.Length > 0; i = (i + 1) % plan.Drops.Length)
            {
                await stream.WriteAsync(plan.Drops.AsMemory(i, 1), ct);
                await Task.Delay(Drip, time, ct);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // Who reads hears of it too.
        }
    }

    private async Task ExpectAsync(Stream stream, CancellationToken ct)
    {
        int length = 0;
        int begin = 0;
        while (true)
        {
            int read = await stream.ReadAsync(_in.AsMemory(length), ct);
            if (read == 0)
                throw new IOException("closed");
            length += read;
            for (int end; (end = _in.AsSpan(begin, length - begin).IndexOf((byte)'\n')) >= 0; begin += end + 1)
            {
                if (end > 3 && _in[begin + 3] == '-')
                    continue;
                if (_in[begin] >= '4')
                    throw new InvalidDataException(Encoding.ASCII.GetString(_in, begin, end).Trim());
                return;
            }
        }
    }

    /// <summary>Ends that the server makes. A 421 in clear where TLS was expected is no handshake.</summary>
    private static bool IsTheirs(Exception end) =>
        end is IOException or SocketException or InvalidDataException or AuthenticationException;

    private static async Task<Stream> SecureAsync(Stream stream, CancellationToken ct)
    {
        var tls = new SslStream(stream);
        var trusting = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };
        await tls.AuthenticateAsClientAsync(trusting, ct);
        return tls;
    }
}
