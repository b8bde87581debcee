namespace Packetboat.Relay.Configuration;

/// <summary>
/// A file's parsed content that follows the file. It is looked at when somebody asks, and no more often than allowed; a missing file is an
/// empty one. Operators and scripts append to these lists while we run.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="parse">From its octets; must take anything.</param>
/// <param name="checkEvery">The least time between two looks.</param>
/// <param name="time">The clock.</param>
public sealed class ReloadedFile<T>(string path, Func<ReadOnlyMemory<byte>, T> parse, TimeSpan checkEvery, TimeProvider time)
{
    // The largest list seen in the wild had 2 MB.
    private const int MaxOctets = 16 * 1024 * 1024;

    private readonly Lock _lock = new();
    private (DateTime Written, long Length) _seen;
    private T _content = parse(default);
    private long? _checkedAt;

    /// <summary>Why the file could not be read, or empty. The content is then what it was before; for a first look, nothing.</summary>
    public string Fault { get; private set; } = "";

    public T Current
    {
        get
        {
            lock (_lock)
            {
                if (_checkedAt is not { } last || time.GetElapsedTime(last) >= checkEvery)
                    Check();
                return _content;
            }
        }
    }

    private void Check()
    {
        _checkedAt = time.GetTimestamp();
        var file = new FileInfo(path);
        (DateTime, long) now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        if (now == _seen)
            return;

        (byte[]? octets, Fault) = file.Exists ? BoundedFile.Read(path, MaxOctets) : ([], "");
        if (octets is null)
            return; // unchanged _seen: it is tried again at the next look

        _content = parse(octets);
        _seen = now;
    }
}
