using System.Text;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Bench.Micro;

/// <summary>A line becomes a command.</summary>
internal sealed class ParseOperation(string name, string line) : IOperation
{
    private readonly byte[] _line = Encoding.ASCII.GetBytes(line);

    public string Name => name;

    public Task RunAsync()
    {
        if (SmtpCommandParser.Parse(_line) is SmtpCommand.Refused refused)
            throw new InvalidOperationException(refused.Reply.ToString());
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
