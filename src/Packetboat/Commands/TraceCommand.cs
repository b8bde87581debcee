using System.CommandLine;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat trace</c>: what became of a message.</summary>
internal static class TraceCommand
{
    private const int DefaultLimit = 20;

    public static Command Create()
    {
        var id = new Argument<string?>("id") { Description = "The message's id", Arity = ArgumentArity.ZeroOrOne };
        var to = new Option<string?>("--to") { Description = "Mail whose recipient contains this" };
        var from = new Option<string?>("--from") { Description = "Mail whose sender contains this" };
        Option<int> limit = TypedOption.Count("--limit", "Messages at most, newest first", DefaultLimit);
        var command = new Command("trace", "Tell the story of a message, queued or done") { id, to, from, limit, Verbs.Json };
        command.SetAction(
            (parsed, ct) =>
                Session.RunAsync(
                    parsed,
                    async (operations, stop) =>
                    {
                        bool json = parsed.GetValue(Verbs.Json);
                        if (parsed.GetValue(id) is { } one)
                            return Session.Answer(await operations.ShowAsync(one, stop), trace => Show(trace, json));
                        return Answer(
                            await operations.TraceAsync(parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(limit), stop),
                            json
                        );
                    },
                    ct
                )
        );
        return command;
    }

    public static void Show(MessageTrace trace, bool json)
    {
        if (json)
            Print.Json([trace], OperationsJson.Default.IReadOnlyListMessageTrace);
        else
            Print.Trace(trace);
    }

    private static int Answer(IReadOnlyList<MessageTrace> traces, bool json)
    {
        if (json)
            Print.Json(traces, OperationsJson.Default.IReadOnlyListMessageTrace);
        else if (traces.Count == 0)
            Print.Line("No such message is known.");
        else
            foreach (MessageTrace trace in traces)
                Print.Trace(trace);
        return traces.Count == 0 ? ExitCode.Failed : ExitCode.Ok;
    }
}
