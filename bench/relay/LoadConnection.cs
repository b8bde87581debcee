using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>
/// One conversation with the server under test: plain octets, nothing that the product is made of. It blocks, on a thread of its own: the
/// fewest system calls that a program can do it with, on a machine whose cores belong to the server.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    private readonly LoadOptions _options;
    private readonly byte[] _in = new byte[4096];
    private readonly byte[] _mail;
    private byte[] _recipients;
    private Stream _stream;
    private int _start;
    private int _end;

    private LoadConnection(LoadOptions options, Stream stream)
    {
        (_options, _stream) = (options, stream);
        _mail = Encoding.ASCII.GetBytes($"MAIL FROM:<{options.Sender}>\r\n");
        _recipients = Recipients(options.RecipientDomain, 0);
    }

    /// <summary>Connects, and says all that comes before the first message.</summary>
    public static LoadConnection Open(LoadOptions options)
    {
        var socket = new Socket(options.Server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (options.From.Count > 0)
                socket.Bind(new IPEndPoint(options.From[Random.Shared.Next(options.From.Count)], 0));
            socket.Connect(options.Server);
            socket.ReceiveTimeout = socket.SendTimeout = (int)options.Patience.TotalMilliseconds;
            var connection = new LoadConnection(options, new NetworkStream(socket, ownsSocket: true));
            connection.Introduce();
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One transaction.</summary>
    /// <param name="number">Of the message; where there are several domains or mailboxes it says whose turn it is.</param>
    /// <param name="message">With its number in it.</param>
    /// <returns>Null when the server took the message, else its refusal.</returns>
    public string? Send(int number, ReadOnlySpan<byte> message)
    {
        if (_options.RecipientDomains > 0)
            _recipients = Recipients($"d{number % _options.RecipientDomains}.{_options.RecipientDomain}", 0);
        else if (_options.Mailboxes > 0)
            _recipients = Recipients(_options.RecipientDomain, number % _options.Mailboxes);
        if (_options.Pipelining)
            _stream.Write([.. _mail, .. _recipients, .. "DATA\r\n"u8]);
        else
            _stream.Write(_mail);

        string? refusal = null;
        Expect('2');
        for (int i = 0; i < _options.Recipients; i++)
        {
            if (!_options.Pipelining)
                _stream.Write(i == 0 && _options.Recipients == 1 ? _recipients : RecipientCommand(i));
            Expect('2');
        }

        if (!_options.Pipelining)
            _stream.Write("DATA\r\n"u8);
        Expect('3');
        if (refusal is not null)
            return refusal;
        _stream.Write(message);
        Expect('2');
        return refusal;

        void Expect(char kind)
        {
            string reply = Reply(kind);
            if (reply.Length > 0)
                refusal ??= reply;
        }
    }

    public void Dispose() => _stream.Dispose();

    public void Quit()
    {
        _stream.Write("QUIT\r\n"u8);
        Reply('2');
    }

    private byte[] Recipients(string domain, int first) =>
        Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Range(first, _options.Recipients).Select(i => $"RCPT TO:<r{i}@{domain}>\r\n"))
        );

    private byte[] RecipientCommand(int i) => Encoding.ASCII.GetBytes($"RCPT TO:<r{i}@{_options.RecipientDomain}>\r\n");

    private void Introduce()
    {
        Require("", '2');
        Require("EHLO load.test\r\n", '2');
        if (_options.StartTls)
        {
            Require("STARTTLS\r\n", '2');
            var tls = new SslStream(_stream);
            _stream = tls;
            var trusting = new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            };
            tls.AuthenticateAsClient(trusting);
            Require("EHLO load.test\r\n", '2');
        }

        if (_options.Credentials is { } credentials)
        {
            string token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{credentials.Name}\0{credentials.Password}"));
            Require($"AUTH PLAIN {token}\r\n", '2');
        }
    }

    private void Require(string command, char kind)
    {
        if (command.Length > 0)
            _stream.Write(Encoding.ASCII.GetBytes(command));
        string reply = Reply(kind);
        if (reply.Length > 0)
            throw new IOException($"{command.TrimEnd()}: {reply}");
    }

    /// <returns>Empty when the last line of the reply begins as it should; else that line.</returns>
    private string Reply(char kind)
    {
        while (true)
        {
            int length = _in.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length < 0)
            {
                Fill();
                continue;
            }

            int begin = _start;
            _start += length + 1;
            if (length > 3 && _in[begin + 3] == '-')
                continue;
            return _in[begin] == kind ? "" : Encoding.ASCII.GetString(_in, begin, length).Trim();
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _in.AsSpan(_start, _end - _start).CopyTo(_in);
            (_start, _end) = (0, _end - _start);
        }

        int read = _stream.Read(_in.AsSpan(_end));
        if (read == 0)
            throw new IOException("the server closed the connection");
        _end += read;
    }
}
