using System.Net.Sockets;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>One conversation with the server under test, which is the client here. Replies to what came together go out together.</summary>
internal sealed class SinkConversation(Socket socket, Action<int> delivered, string? deferredDomain)
{
    /// <summary>What is kept of a message between two reads, so that neither its number nor its end can fall between them.</summary>
    private const int Overlap = 64;

    private readonly byte[] _in = new byte[128 * 1024];
    private readonly byte[] _out = new byte[16 * 1024];
    private readonly byte[] _deferred = Encoding.ASCII.GetBytes($"@{deferredDomain}>");
    private int _start;
    private int _end;
    private int _unsent;
    private bool _inData;
    private long _chunkLeft; // octets of a BDAT
    private bool _atContentStart;
    private int _number = -1;

    public void Run()
    {
        Reply("220 sink.test ESMTP\r\n"u8);
        bool goesOn = true;
        while (goesOn)
        {
            if (_unsent > 0)
            {
                socket.Send(_out.AsSpan(0, _unsent));
                _unsent = 0;
            }

            if (_start > 0)
            {
                _in.AsSpan(_start, _end - _start).CopyTo(_in);
                (_start, _end) = (0, _end - _start);
            }

            int read = socket.Receive(_in.AsSpan(_end));
            if (read == 0)
                return;
            _end += read;
            goesOn = TakeAll();
        }

        socket.Send(_out.AsSpan(0, _unsent));
    }

    private bool TakeAll()
    {
        while (true)
        {
            if (_inData)
            {
                if (!TakeContent())
                    return true;
                continue;
            }

            if (_chunkLeft > 0)
            {
                if (!TakeChunk())
                    return true;
                continue;
            }

            int length = _in.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length < 0)
                return true;
            ReadOnlySpan<byte> line = _in.AsSpan(_start, length);
            _start += length + 1;
            if (!TakeCommand(line))
                return false;
        }
    }

    private bool TakeCommand(ReadOnlySpan<byte> line)
    {
        switch (line.IsEmpty ? 0 : line[0] | 0x20)
        {
            case 'e':
                Reply(
                    "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-CHUNKING\r\n250-SMTPUTF8\r\n250 SIZE 104857600\r\n"u8
                );
                return true;
            case 'd':
                Reply("354 go\r\n"u8);
                (_inData, _atContentStart, _number) = (true, true, -1);
                return true;
            case 'b' when TryReadChunkSize(line, out _chunkLeft):
                _number = -1;
                return true;
            case 'q':
                Reply("221 bye\r\n"u8);
                return false;
            case 'r' when deferredDomain is not null && line.IndexOf(_deferred) >= 0:
                Reply("450 4.2.1 later\r\n"u8);
                return true;
            default:
                Reply("250 ok\r\n"u8);
                return true;
        }
    }

    /// <returns>Whether the message is complete.</returns>
    private bool TakeContent()
    {
        ReadOnlySpan<byte> unread = _in.AsSpan(_start, _end - _start);
        if (_number < 0)
            _number = FindNumber(unread);
        int end = unread.IndexOf("\r\n.\r\n"u8);
        if (_atContentStart && unread.StartsWith(".\r\n"u8))
            end = -2;
        else if (end < 0)
        {
            int done = Math.Max(0, unread.Length - Overlap);
            _start += done;
            _atContentStart &= done == 0;
            return false;
        }

        _start += end + 5;
        _inData = false;
        if (_number >= 0)
            delivered(_number);
        Reply("250 taken\r\n"u8);
        return true;
    }

    /// <returns>Whether the chunk is complete. A message is one chunk here.</returns>
    private bool TakeChunk()
    {
        ReadOnlySpan<byte> unread = _in.AsSpan(_start, (int)Math.Min(_chunkLeft, _end - _start));
        if (_number < 0)
            _number = FindNumber(unread);
        int done = _number < 0 && unread.Length < _chunkLeft ? Math.Max(0, unread.Length - Overlap) : unread.Length;
        _start += done;
        _chunkLeft -= done;
        if (_chunkLeft > 0)
            return false;
        if (_number >= 0)
            delivered(_number);
        Reply("250 taken\r\n"u8);
        return true;
    }

    private static bool TryReadChunkSize(ReadOnlySpan<byte> line, out long octets) =>
        System.Buffers.Text.Utf8Parser.TryParse(line[Math.Min(5, line.Length)..], out octets, out _)
        && octets > 0
        && line.TrimEnd((byte)'\r').EndsWith(" LAST"u8);

    private static int FindNumber(ReadOnlySpan<byte> text)
    {
        int at = text.IndexOf(BenchMessage.Marker);
        if (at < 0 || text.Length < at + BenchMessage.Marker.Length + BenchMessage.Digits)
            return -1;
        return System.Buffers.Text.Utf8Parser.TryParse(
            text.Slice(at + BenchMessage.Marker.Length, BenchMessage.Digits),
            out int number,
            out _
        )
            ? number
            : -1;
    }

    private void Reply(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_out.AsSpan(_unsent));
        _unsent += text.Length;
    }
}
