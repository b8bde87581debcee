using Packetboat.Protocol.Smtp;

namespace Packetboat.Bench.Micro;

/// <summary>A reply becomes what goes over the wire.</summary>
internal sealed class ReplyOperation(string name) : IOperation
{
    private static readonly SmtpReply Reply = new(250, "2.0.0", "Queued as 7XK2M9QWTY");

    public string Name => name;

    public Task RunAsync()
    {
        if (Reply.ToWire().Length == 0)
            throw new InvalidOperationException("nothing was written");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
