using System.Text;

namespace Packetboat.Testing;

/// <summary>What arrives on a stream, line by line. Nothing is read ahead of the line that is asked for but what came with it.</summary>
public sealed class LineSource(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private byte[] _rest = [];
    private Task<int>? _reading;

    /// <summary>More than was asked for has been read.</summary>
    public bool HasMore => _rest.Length > 0;

    /// <summary>Whether something, if only the end, can be had without waiting.</summary>
    public bool IsReady => HasMore || Reading(CancellationToken.None).IsCompleted;

    /// <summary>The next line without its end; one that does not end in CRLF says so. Null at the end.</summary>
    public async Task<string?> NextAsync(CancellationToken ct)
    {
        while (true)
        {
            int end = Array.IndexOf(_rest, (byte)'\n');
            if (end >= 0)
                return Take(end);
            int read = await Reading(ct);
            _reading = null;
            if (read == 0)
                return _rest.Length == 0 ? null : Encoding.UTF8.GetString(_rest) + " (without a line end)";
            _rest = [.. _rest, .. _buffer.AsSpan(0, read)];
        }
    }

    /// <summary>Gives a line back, to be read again.</summary>
    public void Unread(string line) => _rest = [.. Encoding.UTF8.GetBytes(line + "\r\n"), .. _rest];

    private Task<int> Reading(CancellationToken ct) => _reading ??= stream.ReadAsync(_buffer, ct).AsTask();

    private string Take(int end)
    {
        string line = Encoding.UTF8.GetString(_rest, 0, end);
        _rest = _rest[(end + 1)..];
        return line.EndsWith('\r') ? line[..^1] : line + " (bare LF)";
    }
}
