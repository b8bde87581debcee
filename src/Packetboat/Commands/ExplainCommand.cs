using System.CommandLine;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat explain</c>: how mail to somebody would leave, by the code that sends it.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var recipient = new Argument<string>("recipient") { Description = "A mail address" };
        var from = new Option<string?>("--from") { Description = "The sender" };
        var account = new Option<string?>("--account") { Description = "Who submits it" };
        var command = new Command(
            "explain",
            "Say which route mail takes, which rule chose it, which TLS it demands, and what would change it"
        )
        {
            recipient,
            from,
            account,
        };
        return command.Does(
            (operations, parsed, ct) =>
                operations.ExplainAsync(parsed.GetValue(recipient)!, parsed.GetValue(from), parsed.GetValue(account), ct),
            Show
        );
    }

    private static void Show(Explanation explanation, bool json)
    {
        if (json)
        {
            Print.Json(explanation, OperationsJson.Default.Explanation);
            return;
        }

        Print.Line($"to        <{explanation.Recipient}>");
        Print.Line($"route     {explanation.Route}");
        Print.Line($"because   {explanation.Rule}");
        Print.Line($"hosts     {(explanation.Hosts.Count == 0 ? "none" : string.Join(", ", explanation.Hosts))}");
        if (explanation.Security.Length > 0)
            Print.Line($"security  {explanation.Security}");
        if (explanation.Trouble.Length > 0)
            Print.Line($"trouble   {explanation.Trouble}");
        foreach (string otherwise in explanation.Otherwise)
            Print.Line($"otherwise {otherwise}");
    }
}
