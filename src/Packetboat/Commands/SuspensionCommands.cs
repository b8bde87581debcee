using System.CommandLine;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary>The verbs that stop an account or all relaying, and let it go on.</summary>
internal static class SuspensionCommands
{
    /// <summary><c>packetboat relaying</c>: the switch for everybody.</summary>
    public static Command Relaying() =>
        new("relaying", "Stop all mail, and let it go on")
        {
            Status(),
            Suspend(null, "Stop everything: new mail of all clients, and what is queued"),
            Resume(null, "Let mail go on, and release what was held"),
        };

    /// <param name="id">Which account; null: all relaying.</param>
    /// <param name="description">For the help.</param>
    public static Command Suspend(Argument<string>? id, string description)
    {
        var reason = new Option<string>("--reason") { Description = "What the node reads", DefaultValueFactory = _ => "" };
        Option<string?> until = UntilOption.Create();
        Option<QueuedMail> queued = TypedOption.Choice(
            "--queued",
            "Queued mail: hold it until resumed, drop it, bounce it to its sender, or send it",
            QueuedMail.Hold
        );
        Option<SuspendedAnswer> answer = TypedOption.Choice(
            "--answer",
            "New mail: defer it, so that it stays with the node, or refuse it",
            SuspendedAnswer.Defer
        );
        var command = new Command("suspend", description) { reason, until, queued, answer };
        return Acts(
            command,
            id,
            async (operations, parsed, ct) =>
                UntilOption.TryRead(
                    parsed.GetValue(until),
                    TimeProvider.System.GetLocalNow(),
                    out DateTimeOffset? end,
                    out Refusal? refusal
                )
                    ? await operations.SuspendAsync(
                        id is null ? null : parsed.GetValue(id)!,
                        new SuspensionOrder(parsed.GetValue(reason)!, end, parsed.GetValue(queued), parsed.GetValue(answer)),
                        ct
                    )
                    : refusal
        );
    }

    /// <param name="id">Which account; null: all relaying.</param>
    /// <param name="description">For the help.</param>
    public static Command Resume(Argument<string>? id, string description)
    {
        var reason = new Option<string>("--reason") { Description = "For the audit trail", DefaultValueFactory = _ => "" };
        return Acts(
            new Command("resume", description) { reason },
            id,
            (operations, parsed, ct) =>
                operations.ResumeAsync(id is null ? null : parsed.GetValue(id)!, parsed.GetValue(reason)!, ct)
        );
    }

    private static Command Status()
    {
        var command = new Command("status", "Whether mail is relayed");
        return command.Does<SuspensionChanged>(
            async (operations, _, ct) =>
                new SuspensionChanged(Account: null, (await operations.StatusAsync(ct)).Relaying, Recipients: 0),
            Changed
        );
    }

    public static string Describe(Suspension? all) =>
        all is null
            ? "mail is relayed"
            : $"relaying is suspended since {Print.Minute(all.Since)}{all.Describe()}; queued mail: {Word(all.Queued)}, new mail: {Word(all.Answer)}";

    private static Command Acts(
        Command command,
        Argument<string>? id,
        Func<IOperations, ParseResult, CancellationToken, Task<Result<SuspensionChanged>>> operation
    )
    {
        if (id is not null)
            command.Arguments.Add(id);
        return command.Does(operation, Changed);
    }

    private static void Changed(SuspensionChanged changed, bool json)
    {
        if (json)
        {
            Print.Json(changed, OperationsJson.Default.SuspensionChanged);
            return;
        }

        if (changed.Account is { } account)
            AccountCommand.Show(account);
        else
            Print.Line(Describe(changed.Suspension));
        if (changed.Recipients > 0)
            Print.Line($"queued      {Print.Count(changed.Recipients, "recipient")} {Fate(changed.Suspension)}");
    }

    private static string Fate(Suspension? suspension) =>
        suspension?.Queued switch
        {
            null => "released",
            QueuedMail.Drop => "dropped",
            QueuedMail.Bounce => "returned to the sender",
            _ => "held",
        };

    private static string Word(Enum choice) => choice.ToString().ToLowerInvariant();
}
