using Packetboat.Protocol.Dkim;

namespace Packetboat.Bench.Micro;

/// <summary>What signing and verifying take of a message as it goes by: its header, and the hash of its body in the relaxed form.</summary>
internal sealed class HashOperation(string name, byte[] text) : IOperation
{
    private readonly byte[] _message =
    [
        .. "From: Joe <joe@node.example>\r\nTo: alice@far.example\r\nSubject: A message\r\n\r\n"u8,
        .. text,
    ];

    public string Name => name;

    public Task RunAsync()
    {
        Read();
        return Task.CompletedTask;
    }

    private void Read()
    {
        using var message = new DkimMessage(DkimCanonicalization.Relaxed);
        message.Append(_message);
        message.Complete();
        if (message.Header.Fields.Count != 3)
            throw new InvalidOperationException("the header was not read");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
