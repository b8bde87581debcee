using System.Buffers;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>
/// Bytes to replies and commands to bytes: the only place of the client that awaits the network. One timer serves all deadlines, and
/// every way to die ends as <see cref="SmtpProtocolException"/> with <see cref="IsBroken"/> set.
/// </summary>
internal sealed class SmtpClientWire : IAsyncDisposable
{
    /// <summary>Content is gathered to this size: about four TLS records, and a small message with its final dot in one write.</summary>
    private const int WriteSize = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _out = new(1024);

    /// <summary>More is taken for a line that needs it: hardly one does.</summary>
    private const int UsualRoom = 4096;

    private byte[] _in = new byte[UsualRoom];
    private readonly SmtpReplyAssembler _assembler = new();
    private readonly CancellationTokenSource _over = new();
    private readonly ITimer _timer;
    private Stream _stream;
    private CancellationToken _caller;
    private int _start;
    private int _end;

    public SmtpClientWire(Stream stream, TimeProvider time)
    {
        _stream = stream;
        _timer = time.CreateTimer(GiveUp, _over, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Nothing more can be said on this connection.</summary>
    public bool IsBroken { get; private set; }

    public SslStream? Tls => _stream as SslStream;

    /// <summary>For as long as the connection lasts: a server may repeat a sign-in at any time.</summary>
    public SpokenSecrets Spoken => _assembler.Spoken ??= new SpokenSecrets();

    /// <summary>Whatever is appended by commands, for <see cref="FlushAsync"/> to send.</summary>
    public IBufferWriter<byte> Output => _out;

    /// <summary>Lets the caller's token end what follows. Cancelled halfway through a conversation, the connection is of no more use.</summary>
    public Use Begin(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _caller = ct;
        return new Use(this, ct.UnsafeRegister(GiveUp, _over));
    }

    public void Break() => IsBroken = true;

    public void Append(string text) => Encoding.UTF8.GetBytes(text, _out);

    public void Append(ReadOnlySpan<byte> text) => _out.Write(text);

    /// <summary>Copies small pieces together; what would not fit is written from where it lies.</summary>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> text, TimeSpan patience)
    {
        if (_out.WrittenCount + text.Length > WriteSize)
            await FlushAsync(patience);

        if (text.Length >= WriteSize)
            await WriteAsync(text, patience);
        else
            _out.Write(text.Span);
    }

    public async ValueTask FlushAsync(TimeSpan patience)
    {
        if (_out.WrittenCount == 0)
            return;
        await WriteAsync(_out.WrittenMemory, patience);
        _out.ResetWrittenCount();
    }

    public async ValueTask<SmtpReply> ReadReplyAsync(TimeSpan patience)
    {
        _timer.Change(patience, Timeout.InfiniteTimeSpan);
        try
        {
            SmtpReply reply;
            while (!TryTakeReply(out reply))
                await FillAsync();
            return reply;
        }
        catch (Exception e)
        {
            IsBroken = true;
            throw Translated(e);
        }
    }

    /// <summary>
    /// The handshake, after the peer's 220. Whatever it sent behind that 220 came in the clear and may be anyone's: it would be read as
    /// the answer to a command sent under TLS. RFC 3207 §5.
    /// </summary>
    public async ValueTask UpgradeToTlsAsync(SslClientAuthenticationOptions options, TimeSpan patience)
    {
        if (_start != _end)
        {
            IsBroken = true;
            throw new SmtpProtocolException(
                SmtpFault.ResponseInjection,
                "the server sent more in the clear after agreeing to TLS"
            );
        }

        _timer.Change(patience, Timeout.InfiniteTimeSpan);
        var tls = new SslStream(_stream);
        _stream = tls;
        try
        {
            await tls.AuthenticateAsClientAsync(options, _over.Token);
        }
        catch (Exception e)
        {
            IsBroken = true;
            // What went wrong is said by the exception inside, if there is one.
            throw e is AuthenticationException
                ? new SmtpProtocolException(SmtpFault.TlsFailed, (e.InnerException ?? e).Message, e)
            : e is ArgumentException
                ? new SmtpProtocolException(SmtpFault.TlsFailed, "its name has a label that cannot be decoded", e)
            : Translated(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        IsBroken = true;
        await _timer.DisposeAsync();
        await _stream.DisposeAsync();
        _over.Dispose();
    }

    private static void GiveUp(object? over) => ((CancellationTokenSource)over!).Cancel();

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan patience)
    {
        _timer.Change(patience, Timeout.InfiniteTimeSpan);
        try
        {
            await _stream.WriteAsync(bytes, _over.Token);
            await _stream.FlushAsync(_over.Token);
        }
        catch (Exception e)
        {
            IsBroken = true;
            throw Translated(e);
        }
    }

    private bool TryTakeReply(out SmtpReply reply)
    {
        reply = default;
        while (TryTakeLine(out ReadOnlySpan<byte> line))
            if (_assembler.TryAdd(line, out reply))
                return true;
        return false;
    }

    /// <summary>A bare LF ends a reply line too: some servers write nothing else, and a reply has no content to smuggle.</summary>
    private bool TryTakeLine(out ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> unread = _in.AsSpan(_start, _end - _start);
        int length = unread.IndexOf((byte)'\n');
        line = length < 0 ? default : unread[..length];
        if (length < 0)
            return false;

        _start += length + 1;
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        return true;
    }

    private async ValueTask FillAsync()
    {
        if (_start > 0)
        {
            _in.AsSpan(_start, _end - _start).CopyTo(_in);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _in.Length)
        {
            if (_in.Length >= 2 * SmtpReplyAssembler.MaxLine)
                throw new SmtpProtocolException(SmtpFault.NotSmtp, "the reply line has no end");
            Array.Resize(ref _in, 2 * SmtpReplyAssembler.MaxLine);
        }

        int read = await _stream.ReadAsync(_in.AsMemory(_end), _over.Token);
        if (read == 0)
            throw new SmtpProtocolException(SmtpFault.ConnectionLost, "the server closed the connection");
        _end += read;
    }

    private Exception Translated(Exception e) =>
        e switch
        {
            SmtpProtocolException => e,
            _ when _caller.IsCancellationRequested => new OperationCanceledException(_caller),
            _ when _over.IsCancellationRequested => new SmtpProtocolException(SmtpFault.TimedOut, "the server took too long", e),
            IOException or ObjectDisposedException => new SmtpProtocolException(SmtpFault.ConnectionLost, e.Message, e),
            _ => e,
        };

    /// <summary>Between two uses no deadline runs: an idle connection may be kept.</summary>
    public readonly struct Use(SmtpClientWire wire, CancellationTokenRegistration cancellation) : IDisposable
    {
        public void Dispose()
        {
            cancellation.Dispose();
            wire._timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
