using System.CommandLine;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat account arrival</c>: what is done with an account's mail that receivers will refuse.</summary>
internal static class AccountArrivalCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "QWK-ID" };
        var policy = new Argument<string?>("policy")
        {
            Description = "warn, enforce, rewrite, or default for that of [Arrival]; none: show it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var reason = new Option<string>("--reason") { Description = "For the audit trail", DefaultValueFactory = _ => "" };
        var command = new Command("arrival", "Say what is done with an account's mail that receivers will refuse")
        {
            id,
            policy,
            reason,
        };
        return command.Does(
            (operations, parsed, ct) =>
                operations.ArrivalAsync(parsed.GetValue(id)!, parsed.GetValue(policy), parsed.GetValue(reason)!, ct),
            Show
        );
    }

    private static void Show(ArrivalReport report, bool json)
    {
        if (json)
            Print.Json(report, OperationsJson.Default.ArrivalReport);
        else
            Print.Line($"{report.Account}  {report.Policy} ({report.Source})");
    }
}
