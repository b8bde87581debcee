using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Packetboat.Testing;

/// <summary>
/// A mail server on loopback that says what a test tells it, over real sockets and real TLS, and keeps every byte that it was sent. What
/// came in the clear is in <see cref="InClear"/>, what came under TLS in <see cref="UnderTls"/>.
/// </summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly StringBuilder _clear = new();
    private readonly StringBuilder _tls = new();
    private readonly Task _running;

    public ScriptedServer(IPAddress? address = null, int port = 0)
        : this(Started(address ?? IPAddress.Loopback, port)) { }

    private ScriptedServer(TcpListener listener)
    {
        _listener = listener;
        _running = AcceptAsync();
    }

    /// <summary>Two servers with one port. A port that is free at the one address may be taken at the other: then another is tried.</summary>
    public static (ScriptedServer First, ScriptedServer Second) OnOnePort(IPAddress first, IPAddress second)
    {
        // Held until the end, so that the next port is another one.
        List<TcpListener> halves = [];
        try
        {
            while (true)
            {
                TcpListener one = Started(first, 0);
                try
                {
                    var other = new ScriptedServer(second, ((IPEndPoint)one.LocalEndpoint).Port);
                    return (new ScriptedServer(one), other);
                }
                catch (SocketException taken)
                    when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse && halves.Count < 100)
                {
                    halves.Add(one);
                }
            }
        }
        finally
        {
            halves.ForEach(half => half.Dispose());
        }
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Greeting { get; set; } = "220 mx ESMTP";

    /// <summary>Lines of the reply to EHLO after the first.</summary>
    public string[] Extensions { get; set; } = ["OK"];

    /// <summary>With it STARTTLS is offered.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Certificates that are sent with it.</summary>
    public X509Certificate2Collection Authorities { get; } = [];

    /// <summary>Asks clients for a certificate.</summary>
    public bool AsksForCertificate { get; set; }

    /// <summary>Whoever's it is; or none, and hangs up.</summary>
    public bool TakesCertificates { get; set; } = true;

    /// <summary>The subject of the certificate that the last client has shown; empty: none.</summary>
    public string ShownSubject { get; private set; } = "";

    /// <summary>Whose certificate the last client wanted. RFC 6066 §3.</summary>
    public string AskedFor { get; private set; } = "";

    public bool ImplicitTls { get; set; }

    /// <summary>What is said to STARTTLS, with whatever comes in the clear in one packet with it.</summary>
    public string StartTlsReply { get; set; } = "220 go";

    /// <summary>Said in the clear, once the client has begun its handshake and before it is answered.</summary>
    public string InHandshake { get; set; } = "";

    /// <summary>Hangs up where the handshake should begin.</summary>
    public bool BreaksHandshake { get; set; }

    /// <summary>By the beginning of a line; null: what a willing server says. An empty reply hangs up; a trailing <c>!</c> does so after it.</summary>
    public Func<string, string?> Answer { get; set; } = _ => null;

    /// <summary>Everything that was said, a line an item.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    public int Connections => _connections;

    private int _connections;

    public string InClear
    {
        get
        {
            lock (_clear)
                return _clear.ToString();
        }
    }

    public string UnderTls
    {
        get
        {
            lock (_clear)
                return _tls.ToString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
    }

    private static TcpListener Started(IPAddress address, int port)
    {
        var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _ = Task.Run(() => ServeAsync(new NetworkStream(socket, ownsSocket: true)), CancellationToken.None);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Stream stream)
    {
        await using Stream socket = stream;
        try
        {
            if (ImplicitTls)
                stream = await SecureAsync(stream);
            await SayAsync(stream, Greeting);
            if (!Greeting.StartsWith("220", StringComparison.Ordinal))
                return;
            while (await LineAsync(stream) is { } line)
            {
                if (line == "STARTTLS" && Certificate is not null)
                {
                    await SayAsync(stream, StartTlsReply);
                    stream = await SecureAsync(stream);
                    continue;
                }

                string reply = Answer(line) ?? Willing(line, stream);
                if (reply.Length > 0)
                    await SayAsync(stream, reply.TrimEnd('!'));
                if (reply.Length == 0 || reply.EndsWith('!'))
                    return;
                if (reply.StartsWith("354", StringComparison.Ordinal))
                    await TakeContentAsync(stream);
            }
        }
        catch (Exception ended) when (ended is IOException or AuthenticationException or OperationCanceledException)
        {
            // The client has left, which is its right; what it said is on record.
        }
    }

    private async Task<Stream> SecureAsync(Stream stream)
    {
        if (BreaksHandshake)
        {
            await stream.DisposeAsync();
            throw new IOException("as told");
        }

        if (InHandshake.Length > 0)
        {
            await ((NetworkStream)stream).Socket.ReceiveAsync(new byte[1], SocketFlags.Peek, _stop.Token);
            await SayAsync(stream, InHandshake);
        }

        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(Certificate!, Authorities, offline: true),
                ClientCertificateRequired = AsksForCertificate,
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is null || TakesCertificates,
            },
            _stop.Token
        );
        (AskedFor, ShownSubject) = (tls.TargetHostName, tls.RemoteCertificate?.Subject ?? "");
        return tls;
    }

    private async Task TakeContentAsync(Stream stream)
    {
        while (await LineAsync(stream) is { } line && line != ".") { }

        string reply = Answer(".") ?? "250 2.0.0 taken";
        if (reply.Length == 0)
            throw new IOException("as told");
        await SayAsync(stream, reply);
    }

    private string Willing(string line, Stream stream)
    {
        string[] offered = Certificate is not null && stream is not SslStream ? ["STARTTLS", .. Extensions] : Extensions;
        return line.Split(' ')[0] switch
        {
            "EHLO" => "250-mx\r\n"
                + string.Join("\r\n", offered.Select((word, i) => (i == offered.Length - 1 ? "250 " : "250-") + word)),
            "AUTH" => "235 2.7.0 welcome",
            "DATA" => "354 go",
            "QUIT" => "221 bye!",
            _ => "250 2.0.0 OK",
        };
    }

    private async Task<string?> LineAsync(Stream stream)
    {
        var line = new List<byte>();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1)
        {
            lock (_clear)
                (stream is SslStream ? _tls : _clear).Append((char)one[0]);
            if (one[0] == '\n')
            {
                string text = Encoding.UTF8.GetString(line.ToArray()).TrimEnd('\r');
                Lines.Enqueue(text);
                return text;
            }

            line.Add(one[0]);
        }

        return null;
    }

    private static async Task SayAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"));
        await stream.FlushAsync();
    }
}
