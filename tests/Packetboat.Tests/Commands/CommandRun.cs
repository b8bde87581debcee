using System.Text.Json;
using Packetboat.Commands;

namespace Packetboat.Tests.Commands;

/// <summary>A command line that was run in this process, and what it wrote for programs.</summary>
/// <param name="Status">Its exit status.</param>
/// <param name="Out">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record CommandRun(int Status, string Out, string Error)
{
    /// <summary>Whether there is one JSON value on the standard output, and nothing else.</summary>
    public bool IsJson
    {
        get
        {
            try
            {
                using var parsed = JsonDocument.Parse(Out);
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    /// <summary>The console is one for the whole process: only for classes of <see cref="OneConsole"/>.</summary>
    public static async Task<CommandRun> OfAsync(params string[] words)
    {
        (TextWriter beforeOut, TextWriter beforeError) = (Console.Out, Console.Error);
        await using var printed = new StringWriter();
        await using var complained = new StringWriter();
        Console.SetOut(printed);
        Console.SetError(complained);
        try
        {
            int status = await Verbs.InvokeAsync(Verbs.Root().Parse(words), TestContext.Current.CancellationToken);
            return new CommandRun(status, printed.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(beforeOut);
            Console.SetError(beforeError);
        }
    }
}
