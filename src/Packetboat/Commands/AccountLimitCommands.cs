using System.CommandLine;
using System.Globalization;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat account limit</c> and <c>limits</c>: how much an account may send.</summary>
internal static class AccountLimitCommands
{
    /// <summary>Changes them.</summary>
    public static Command Change()
    {
        Argument<string> id = IdArgument();
        var changes = new Argument<string[]>("change")
        {
            Description = "As in [Limits]: MessagesPerDay=500, MessagesPerDayAction=hold; =default takes it back",
            Arity = ArgumentArity.OneOrMore,
        };
        var reason = new Option<string>("--reason") { Description = "For the audit trail", DefaultValueFactory = _ => "" };
        return Acts(
            new Command("limit", "Give an account limits of its own") { id, changes, reason, Verbs.Json },
            (operations, parsed, ct) =>
                operations.SetLimitsAsync(parsed.GetValue(id)!, parsed.GetValue(changes) ?? [], parsed.GetValue(reason)!, ct)
        );
    }

    /// <summary>Shows them.</summary>
    public static Command Show()
    {
        Argument<string> id = IdArgument();
        return Acts(
            new Command("limits", "Show what an account may send, what it has used, and what is left") { id, Verbs.Json },
            (operations, parsed, ct) => operations.ShowLimitsAsync(parsed.GetValue(id)!, ct)
        );
    }

    private static Argument<string> IdArgument() => new("id") { Description = "QWK-ID" };

    private static Command Acts(
        Command command,
        Func<IOperations, ParseResult, CancellationToken, Task<Result<AccountLimitsReport>>> operation
    )
    {
        command.SetAction(
            (parsed, ct) =>
                Session.RunAsync(
                    parsed,
                    async (operations, stop) =>
                        Session.Answer(await operation(operations, parsed, stop), report => Print(report, parsed)),
                    ct
                )
        );
        return command;
    }

    private static void Print(AccountLimitsReport report, ParseResult parsed)
    {
        if (parsed.GetValue(Verbs.Json))
            Commands.Print.Json(report, OperationsJson.Default.AccountLimitsReport);
        else
            Commands.Print.Table(
                ["LIMIT", "VALUE", "USED", "LEFT", "UNTIL", "BEYOND IT", "FROM"],
                report.Limits.Select(row =>
                    new[]
                    {
                        row.Name,
                        row.Value == 0 ? "none" : Number(row.Value),
                        Number(row.Used),
                        Number(row.Left),
                        Commands.Print.Minute(row.Ends),
                        row.Action,
                        row.ActionSource == row.Source ? row.Source : $"{row.Source}, action {row.ActionSource}",
                    }
                ),
                ""
            );
    }

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
