using Packetboat.Joining;

namespace Packetboat.Commands;

/// <summary>The terminal, or a script's pipes.</summary>
internal sealed class ConsoleDesk : IJoinDesk
{
    public void Say(string line) => Print.Line(line);

    public void Fail(string line) => Print.Error(line);

    public string? Ask(string question)
    {
        if (Console.IsInputRedirected)
            return null;
        Console.Out.Write(question);
        return Console.In.ReadLine();
    }
}
