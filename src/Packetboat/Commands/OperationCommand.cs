using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary>
/// What most commands are: an operation, and its answer for people or, with <see cref="Verbs.Json"/>, which is added here, for programs.
/// </summary>
internal static class OperationCommand
{
    /// <summary>Has the command ask for something, and show it.</summary>
    /// <param name="command">Its name, description and options.</param>
    /// <param name="ask">The question.</param>
    /// <param name="type">Of the answer, as JSON.</param>
    /// <param name="show">Shows it to people.</param>
    public static Command Shows<T>(
        this Command command,
        Func<IOperations, ParseResult, CancellationToken, Task<T>> ask,
        JsonTypeInfo<T> type,
        Action<T> show
    ) =>
        command.Runs(
            async (operations, parsed, ct) =>
            {
                T answer = await ask(operations, parsed, ct);
                if (parsed.GetValue(Verbs.Json))
                    Print.Json(answer, type);
                else
                    show(answer);
                return ExitCode.Ok;
            }
        );

    /// <summary>Has the command do something that may be refused, and say what was done.</summary>
    public static Command Does(this Command command, Func<IOperations, ParseResult, CancellationToken, Task<Result<Done>>> act) =>
        command.Does(act, Session.Tell);

    /// <summary>Has the command do something that may be refused, and show what came of it.</summary>
    /// <param name="command">Its name, description and options.</param>
    /// <param name="act">What is done.</param>
    /// <param name="show">Shows what came of it; the second is whether as JSON.</param>
    public static Command Does<T>(
        this Command command,
        Func<IOperations, ParseResult, CancellationToken, Task<Result<T>>> act,
        Action<T, bool> show
    )
        where T : class =>
        command.Runs(
            async (operations, parsed, ct) =>
                Session.Answer(await act(operations, parsed, ct), answer => show(answer, parsed.GetValue(Verbs.Json)))
        );

    private static Command Runs(this Command command, Func<IOperations, ParseResult, CancellationToken, Task<int>> run)
    {
        command.Options.Add(Verbs.Json);
        command.SetAction((parsed, ct) => Session.RunAsync(parsed, (operations, stop) => run(operations, parsed, stop), ct));
        return command;
    }
}
