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
            Verbs.Json,
        };
        command.SetAction(
            (parsed, ct) =>
                Session.RunAsync(
                    parsed,
                    async (operations, stop) =>
                        Session.Answer(
                            await operations.ArrivalAsync(
                                parsed.GetValue(id)!,
                                parsed.GetValue(policy),
                                parsed.GetValue(reason)!,
                                stop
                            ),
                            report => Show(report, parsed)
                        ),
                    ct
                )
        );
        return command;
    }

    private static void Show(ArrivalReport report, ParseResult parsed)
    {
        if (parsed.GetValue(Verbs.Json))
            Print.Json(report, OperationsJson.Default.ArrivalReport);
        else
            Print.Line($"{report.Account}  {report.Policy} ({report.Source})");
    }
}
