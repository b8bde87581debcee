using System.CommandLine;
using Packetboat.Torture.Powercut;
using Packetboat.Torture.Storm;

namespace Packetboat.Torture;

/// <summary>Tries to make Packetboat lose mail: by killing it, and everything around it, at the worst moment.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments)
    {
        var root = new RootCommand("Tries to make Packetboat lose mail, and says what became of every message.")
        {
            StormCommand.Create(),
            PowercutCommand.Create(),
        };
        return root.Parse(arguments).InvokeAsync();
    }
}
