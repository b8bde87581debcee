using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>One conversation with the server under test: plain octets, nothing that the product is made of.</summary>
internal sealed class LoadConnection : IAsyncDisposable
{
    private readonly LoadOptions _options;
    private readonly byte[] _in = new byte[4096];
    private readonly byte[] _mail;
    private readonly byte[] _recipients;
    private readonly byte[] _envelope;
    private Stream _stream;
    private int _start;
    private int _end;

    private LoadConnection(LoadOptions options, Stream stream)
    {
        (_options, _stream) = (options, stream);
        _mail = "MAIL FROM:<bench@bench.test>\r\n"u8.ToArray();
        _recipients = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Range(0, options.Recipients).Select(i => $"RCPT TO:<r{i}@{options.RecipientDomain}>\r\n"))
        );
        _envelope = [.. _mail, .. _recipients, .. "DATA\r\n"u8];
    }

    /// <summary>Connects, and says all that comes before the first message.</summary>
    public static async Task<LoadConnection> OpenAsync(LoadOptions options, CancellationToken ct)
    {
        var socket = new Socket(options.Server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Server, ct);
            var connection = new LoadConnection(options, new NetworkStream(socket, ownsSocket: true));
            await connection.IntroduceAsync(ct);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One transaction.</summary>
    /// <returns>Null when the server took the message, else its refusal.</returns>
    public async ValueTask<string?> SendAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        if (_options.Pipelining)
        {
            await _stream.WriteAsync(_envelope, ct);
        }
        else
        {
            await _stream.WriteAsync(_mail, ct);
        }

        string? refusal = null;
        await ExpectAsync('2');
        for (int i = 0; i < _options.Recipients; i++)
        {
            if (!_options.Pipelining)
                await _stream.WriteAsync(i == 0 && _options.Recipients == 1 ? _recipients : RecipientCommand(i), ct);
            await ExpectAsync('2');
        }

        if (!_options.Pipelining)
            await _stream.WriteAsync("DATA\r\n"u8.ToArray(), ct);
        await ExpectAsync('3');
        if (refusal is not null)
            return refusal;
        await _stream.WriteAsync(message, ct);
        await ExpectAsync('2');
        return refusal;

        async ValueTask ExpectAsync(char kind)
        {
            string reply = await ReplyAsync(kind, ct);
            if (reply.Length > 0)
                refusal ??= reply;
        }
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();

    public async ValueTask QuitAsync(CancellationToken ct)
    {
        await _stream.WriteAsync("QUIT\r\n"u8.ToArray(), ct);
        await ReplyAsync('2', ct);
    }

    private byte[] RecipientCommand(int i) => Encoding.ASCII.GetBytes($"RCPT TO:<r{i}@{_options.RecipientDomain}>\r\n");

    private async Task IntroduceAsync(CancellationToken ct)
    {
        await RequireAsync("", '2', ct);
        await RequireAsync("EHLO load.test\r\n", '2', ct);
        if (_options.StartTls)
        {
            await RequireAsync("STARTTLS\r\n", '2', ct);
            var tls = new SslStream(_stream);
            _stream = tls;
            var trusting = new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            };
            await tls.AuthenticateAsClientAsync(trusting, ct);
            await RequireAsync("EHLO load.test\r\n", '2', ct);
        }

        if (_options.Credentials is { } credentials)
        {
            string token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{credentials.Name}\0{credentials.Password}"));
            await RequireAsync($"AUTH PLAIN {token}\r\n", '2', ct);
        }
    }

    private async Task RequireAsync(string command, char kind, CancellationToken ct)
    {
        if (command.Length > 0)
            await _stream.WriteAsync(Encoding.ASCII.GetBytes(command), ct);
        string reply = await ReplyAsync(kind, ct);
        if (reply.Length > 0)
            throw new IOException($"{command.TrimEnd()}: {reply}");
    }

    /// <returns>Empty when the last line of the reply begins as it should; else that line.</returns>
    private async ValueTask<string> ReplyAsync(char kind, CancellationToken ct)
    {
        while (true)
        {
            int length = _in.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length < 0)
            {
                await FillAsync(ct);
                continue;
            }

            int begin = _start;
            _start += length + 1;
            if (length > 3 && _in[begin + 3] == '-')
                continue;
            return _in[begin] == kind ? "" : Encoding.ASCII.GetString(_in, begin, length).Trim();
        }
    }

    private async ValueTask FillAsync(CancellationToken ct)
    {
        if (_start > 0)
        {
            _in.AsSpan(_start, _end - _start).CopyTo(_in);
            (_start, _end) = (0, _end - _start);
        }

        int read = await _stream.ReadAsync(_in.AsMemory(_end), ct);
        if (read == 0)
            throw new IOException("the server closed the connection");
        _end += read;
    }
}
