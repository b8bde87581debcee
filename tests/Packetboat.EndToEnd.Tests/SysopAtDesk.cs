using Packetboat.Joining;

namespace Packetboat.EndToEnd.Tests;

/// <summary>A sysop who answers as he was told, and remembers what he read.</summary>
internal sealed class SysopAtDesk(params string?[] answers) : IJoinDesk
{
    private readonly Queue<string?> _answers = new(answers);

    public List<string> Read { get; } = [];

    public string Text => string.Join('\n', Read);

    public void Say(string line) => Read.Add(line);

    public void Fail(string line) => Read.Add($"FAILED {line}");

    public string? Ask(string question)
    {
        Read.Add(question);
        return _answers.TryDequeue(out string? answer) ? answer : null;
    }
}
