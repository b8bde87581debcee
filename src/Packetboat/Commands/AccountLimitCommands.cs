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
        var command = new Command("limit", "Give an account limits of its own") { id, changes, reason };
        return command.Does(
            (operations, parsed, ct) =>
                operations.SetLimitsAsync(parsed.GetValue(id)!, parsed.GetValue(changes) ?? [], parsed.GetValue(reason)!, ct),
            Rows
        );
    }

    /// <summary>Shows them.</summary>
    public static Command Show()
    {
        Argument<string> id = IdArgument();
        var command = new Command("limits", "Show what an account may send, what it has used, and what is left") { id };
        return command.Does((operations, parsed, ct) => operations.ShowLimitsAsync(parsed.GetValue(id)!, ct), Rows);
    }

    private static Argument<string> IdArgument() => new("id") { Description = "QWK-ID" };

    private static void Rows(AccountLimitsReport report, bool json)
    {
        if (json)
            Print.Json(report, OperationsJson.Default.AccountLimitsReport);
        else
            Print.Table(
                ["LIMIT", "VALUE", "USED", "LEFT", "UNTIL", "BEYOND IT", "FROM"],
                report.Limits.Select(row =>
                    new[]
                    {
                        row.Name,
                        row.Value == 0 ? "none" : Number(row.Value),
                        Number(row.Used),
                        Number(row.Left),
                        Print.Minute(row.Ends),
                        row.Action,
                        row.ActionSource == row.Source ? row.Source : $"{row.Source}, action {row.ActionSource}",
                    }
                ),
                ""
            );
    }

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
