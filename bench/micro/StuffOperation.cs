using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Bench.Micro;

/// <summary>Content as it leaves: where a dot has to be doubled, and whether all of it may leave.</summary>
internal sealed class StuffOperation(string name, byte[] text) : IOperation
{
    public string Name => name;

    public Task RunAsync()
    {
        var stuffer = new DotStuffer();
        stuffer.Take(text, out _);
        stuffer.Finish();
        if (!stuffer.IsClean)
            throw new InvalidOperationException("the content is not clean");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
