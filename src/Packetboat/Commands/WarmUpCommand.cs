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
        var command = new Command("list", "List our addresses and the providers that they send to directly") { limit };
        return command.Shows(
            (operations, parsed, ct) => operations.ListWarmUpsAsync(parsed.GetValue(limit), ct),
            OperationsJson.Default.IReadOnlyListWarmUpRow,
            rows =>
                Print.Table(
                    ["ADDRESS", "PROVIDER", "DAY", "SENT TODAY", "OF"],
                    rows.Select(Cells),
                    "Nothing has been sent directly."
                )
        );
    }

    private static Command Forget()
    {
        var address = new Argument<string>("address") { Description = "An address of ours, as warmup list has it" };
        var reason = new Option<string>("--reason") { Description = "For the audit trail", DefaultValueFactory = _ => "" };
        var command = new Command("forget", "Let an address be new to all providers again") { address, reason };
        return command.Does(
            (operations, parsed, ct) => operations.ForgetWarmUpsAsync(parsed.GetValue(address)!, parsed.GetValue(reason)!, ct)
        );
    }

    private static string[] Cells(WarmUpRow row) =>
        [row.Address, row.Provider, Text(row.Day), Text(row.Used), row.Allowance is { } most ? Text(most) : "any number"];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
