using System.Text.Json;
using Packetboat.Commands;

namespace Packetboat.Tests.Commands;

/// <summary>A command line that was run in this process, and what it wrote for programs.</summary>
/// <param name="Status">Its exit status.</param>
/// <param name="Out">Its standard output.</param>
internal sealed record CommandRun(int Status, string Out)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>The console is one for the whole process: only for classes of <see cref="OneConsole"/>.</summary>
    public static async Task<CommandRun> OfAsync(params string[] words)
    {
        TextWriter before = Console.Out;
        await using var printed = new StringWriter();
        Console.SetOut(printed);
        try
        {
            int status = await Verbs.InvokeAsync(Verbs.Root().Parse(words), TestContext.Current.CancellationToken);
            return new CommandRun(status, printed.ToString());
        }
        finally
        {
            Console.SetOut(before);
        }
    }
}
