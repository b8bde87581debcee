using Packetboat.Protocol.IO;

namespace Packetboat.Bench.Micro;

/// <summary>Content as it arrives: lines checked, dots taken out, the end found.</summary>
internal sealed class ReadOperation : IOperation, ILineSink
{
    private readonly byte[] _wire;
    private readonly MessageReader _reader;
    private long _octets;

    public ReadOperation(string name, byte[] text)
    {
        Name = name;
        _wire = [.. text, .. ".\r\n"u8];
        _reader = new MessageReader(this);
    }

    public string Name { get; }

    public Task RunAsync()
    {
        _reader.Begin(MessageFraming.Dot);
        _reader.Read(_wire);
        if (!_reader.Ended || _octets == 0)
            throw new InvalidOperationException("the end was not found");
        return Task.CompletedTask;
    }

    public void Lines(ReadOnlySpan<byte> lines) => _octets += lines.Length;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
