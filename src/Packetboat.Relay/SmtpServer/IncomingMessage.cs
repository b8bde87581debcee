using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.IO;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;

namespace Packetboat.Relay.SmtpServer;

/// <summary>A message being received: its lines are checked, its header is looked at, and what is good goes to the spool.</summary>
public sealed class IncomingMessage : ILineSink, IAsyncDisposable
{
    private readonly ISpooledMessage _spooled;
    private readonly HeaderScanner _header;
    private readonly MessageReader _reader;
    private readonly long _maxSize;

    /// <param name="spooled">Where the bytes go.</param>
    /// <param name="hostName">For loop detection.</param>
    /// <param name="maxSize">Octets; 0: no limit.</param>
    /// <param name="framing">DATA or BDAT.</param>
    public IncomingMessage(ISpooledMessage spooled, string hostName, long maxSize, MessageFraming framing)
    {
        _spooled = spooled;
        _header = new HeaderScanner(hostName);
        _reader = new MessageReader(this);
        _reader.Begin(framing);
        _maxSize = maxSize;
    }

    /// <summary>Its beginning, for who has to read it; null: nobody has.</summary>
    public ContentCopy? Copy { get; init; }

    /// <summary>What is hashed of it for the checks of its signatures; null: nothing is.</summary>
    public DkimMessage? Checked { get; init; }

    public HeaderScanner Header => _header;

    public DataFault Fault => _reader.Fault;

    public int FaultLine => _reader.FaultLine;

    public bool Ended => _reader.Ended;

    public string Id => _spooled.Id;

    public long Size { get; private set; }

    public bool IsTooLarge => _maxSize > 0 && Size > _maxSize;

    /// <summary>The client does not stop: twice the limit and a mebibyte have been read in vain.</summary>
    public bool IsEndless => _maxSize > 0 && Received > (2 * _maxSize) + (1 << 20);

    /// <summary>Octets taken from the wire.</summary>
    public long Received { get; private set; }

    /// <summary>The disk refused; the rest is read only to find the end.</summary>
    public StoreUnavailableException? StoreFailure { get; private set; }

    /// <returns>Octets that belong to the message; the rest is the next command.</returns>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        int consumed = _reader.Read(bytes);
        Received += consumed;
        return consumed;
    }

    /// <summary>The last chunk of BDAT has been read.</summary>
    public void EndOfCount() => _reader.EndOfCount();

    public void Lines(ReadOnlySpan<byte> lines)
    {
        Size += lines.Length;
        _header.Lines(lines);
        Copy?.Append(lines);
        if (!IsTooLarge)
            Checked?.Append(lines);
        if (!IsTooLarge && StoreFailure is null)
            _spooled.Append(lines);
    }

    public async ValueTask FlushAsync(CancellationToken stopping)
    {
        if (StoreFailure is not null)
            return;
        try
        {
            await _spooled.FlushAsync(stopping);
        }
        catch (StoreUnavailableException failure)
        {
            StoreFailure = failure;
        }
    }

    public Task CommitAsync(SpoolEnvelope envelope, CancellationToken stopping) => _spooled.CommitAsync(envelope, stopping);

    public ValueTask DisposeAsync()
    {
        Checked?.Dispose();
        return _spooled.DisposeAsync();
    }
}
