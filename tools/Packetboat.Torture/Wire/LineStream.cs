using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Packetboat.Torture.Wire;

/// <summary>One end of a connection, read by lines, in the clear and later perhaps not.</summary>
internal sealed class LineStream(Socket socket) : IDisposable
{
    private const int MaxLine = 256 * 1024;
    private const int EnoughToWrite = 32 * 1024;

    private readonly NetworkStream _network = new(socket);
    private readonly ArrayBufferWriter<byte> _unwritten = new();
    private Stream? _stream;
    private byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;

    private Stream Stream => _stream ?? _network;

    /// <summary>Whether something was read that nobody has asked for yet.</summary>
    public bool HasMore => _end > _start;

    public bool IsTls => _stream is not null;

    /// <summary>A line with its end; empty when the other side has closed. Good until the next read.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadLineAsync(CancellationToken ct)
    {
        int looked = 0;
        while (true)
        {
            int end = _buffer.AsSpan(_start + looked, _end - _start - looked).IndexOf((byte)'\n');
            if (end >= 0)
                return Take(looked + end + 1);
            looked = _end - _start;
            if (looked > MaxLine)
                throw new IOException("a line without an end");
            if (!await FillAsync(ct))
                return ReadOnlyMemory<byte>.Empty;
        }
    }

    /// <summary>Between one octet and so many; none when the other side has closed. Good until the next read.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadSomeAsync(long most, CancellationToken ct)
    {
        if (!HasMore && !await FillAsync(ct))
            return ReadOnlyMemory<byte>.Empty;
        return Take((int)Math.Min(most, _end - _start));
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => Stream.WriteAsync(bytes, ct);

    public ValueTask WriteAsync(string text, CancellationToken ct) => Stream.WriteAsync(Encoding.Latin1.GetBytes(text), ct);

    /// <summary>Writes together what comes together.</summary>
    public async ValueTask BufferAsync(ReadOnlyMemory<byte> bytes, bool flush, CancellationToken ct)
    {
        _unwritten.Write(bytes.Span);
        if (!flush && _unwritten.WrittenCount < EnoughToWrite)
            return;
        await Stream.WriteAsync(_unwritten.WrittenMemory, ct);
        _unwritten.ResetWrittenCount();
    }

    public async Task BeServerAsync(X509Certificate2 certificate, CancellationToken ct)
    {
        var tls = new SslStream(_network);
        _stream = tls;
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, ct);
    }

    public async Task BeClientAsync(CancellationToken ct)
    {
        var tls = new SslStream(_network);
        _stream = tls;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "hub.test",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };
        await tls.AuthenticateAsClientAsync(options, ct);
    }

    /// <summary>Waits until the other side has closed; what it says until then is lost, whoever else waits for it.</summary>
    public async Task HungUpAsync(CancellationToken ct)
    {
        byte[] lost = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(lost, ct) > 0) { }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has.
        }
    }

    /// <summary>Ends the connection; what the other side has not read yet is lost to it if <paramref name="reset"/>.</summary>
    public void Cut(bool reset)
    {
        try
        {
            if (reset)
                socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (SocketException)
        {
            // It was closed from the other side meanwhile.
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _network.Dispose();
        socket.Dispose();
    }

    /// <summary>What a broken connection looks like from here.</summary>
    public static bool IsBroken(Exception failure) =>
        failure
            is IOException
                or SocketException
                or ObjectDisposedException
                or AuthenticationException
                or InvalidOperationException;

    private ReadOnlyMemory<byte> Take(int length)
    {
        ReadOnlyMemory<byte> taken = _buffer.AsMemory(_start, length);
        _start += length;
        return taken;
    }

    private async ValueTask<bool> FillAsync(CancellationToken ct)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        int read = await Stream.ReadAsync(_buffer.AsMemory(_end), ct);
        _end += read;
        return read > 0;
    }
}
