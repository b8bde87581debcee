using System.CommandLine;
using System.Globalization;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat warmup</c>: how far providers have come to know the addresses that our mail leaves from.</summary>
internal static class WarmUpCommand
{
    private const int DefaultLimit = 50;

    public static Command Create() =>
        new("warmup", "See how much providers are sent while our address is new to them, and begin anew") { List(), Forget() };

    private static Command List()
    {
        Option<int> limit = TypedOption.Count("--limit", "Rows at most", DefaultLimit);
        var command = new Command("list", "List our addresses and the providers that they send to directly")
        {
            limit,
            Verbs.Json,
        };
        command.SetAction(
            (parsed, ct) =>
                Session.RunAsync(
                    parsed,
                    async (operations, stop) =>
                    {
                        IReadOnlyList<WarmUpRow> rows = await operations.ListWarmUpsAsync(parsed.GetValue(limit), stop);
                        if (parsed.GetValue(Verbs.Json))
                            Print.Json(rows, OperationsJson.Default.IReadOnlyListWarmUpRow);
                        else
                            Print.Table(
                                ["ADDRESS", "PROVIDER", "DAY", "SENT TODAY", "OF"],
                                rows.Select(row =>
                                    new[]
                                    {
                                        row.Address,
                                        row.Provider,
                                        Text(row.Day),
                                        Text(row.Used),
                                        row.Allowance is { } most ? Text(most) : "any number",
                                    }
                                ),
                                "Nothing has been sent directly."
                            );
                        return ExitCode.Ok;
                    },
                    ct
                )
        );
        return command;
    }

    private static Command Forget()
    {
        var address = new Argument<string>("address") { Description = "An address of ours, as warmup list has it" };
        var reason = new Option<string>("--reason") { Description = "For the audit trail", DefaultValueFactory = _ => "" };
        var command = new Command("forget", "Let an address be new to all providers again") { address, reason, Verbs.Json };
        command.SetAction(
            (parsed, ct) =>
                Session.RunAsync(
                    parsed,
                    async (operations, stop) =>
                        Session.Answer(
                            parsed,
                            await operations.ForgetWarmUpsAsync(parsed.GetValue(address)!, parsed.GetValue(reason)!, stop)
                        ),
                    ct
                )
        );
        return command;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
