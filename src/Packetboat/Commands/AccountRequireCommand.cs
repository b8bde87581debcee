using System.CommandLine;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat account require</c>: how an account has to sign in at least.</summary>
internal static class AccountRequireCommand
{
    private static readonly char[] Separators = [',', ' '];

    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "QWK-ID" };
        var mechanisms = new Option<string[]>("--mechanisms")
        {
            Description = "One of these, with commas between: SCRAM-SHA-256,EXTERNAL. Without it: any",
        };
        var tls = new Option<bool>("--tls") { Description = "Not in clear, not even from this machine" };
        var any = new Option<bool>("--any") { Description = "As it likes; takes back what was required" };
        var command = new Command("require", "Say how an account has to sign in at least") { id, mechanisms, tls, any };
        command.Validators.Add(result =>
        {
            bool wantsLess = result.GetValue(any);
            bool wantsMore = result.GetValue(tls) || result.GetValue(mechanisms) is { Length: > 0 };
            if (wantsLess == wantsMore)
                result.AddError("say what is required, with --mechanisms, --tls or both, or --any");
        });
        return command.Does(
            (operations, parsed, ct) =>
                operations.RequireAsync(
                    parsed.GetValue(id)!,
                    new SignInRule(Split(parsed.GetValue(mechanisms)), parsed.GetValue(tls)),
                    ct
                ),
            Show
        );
    }

    /// <summary>In words.</summary>
    public static string Describe(SignInRule? rule)
    {
        if (rule is null)
            return "by any mechanism that is offered";
        string how = rule.Mechanisms.Count == 0 ? "by any mechanism" : "by " + string.Join(" or ", rule.Mechanisms);
        return rule.RequiresTls ? how + ", over TLS only" : how;
    }

    private static string[] Split(string[]? words) =>
        [.. (words ?? []).SelectMany(word => word.Split(Separators, StringSplitOptions.RemoveEmptyEntries))];

    private static void Show(AccountRow account, bool json)
    {
        if (json)
        {
            Print.Json(account, OperationsJson.Default.AccountRow);
            return;
        }

        Print.Line($"{account.Id} signs in {Describe(account.SignIn)}");
        foreach (CredentialRow row in account.Credentials.Where(row => IsRefusedFromNow(row, account.SignIn)))
            Print.Line(
                $"Its credential {row.Name} signed in by {row.LastMechanism}{(row.LastTls.Length == 0 ? " in clear" : "")} last, which is refused from now on: a Synchronet node returns its queued mail to its authors when it is refused"
            );
    }

    private static bool IsRefusedFromNow(CredentialRow row, SignInRule? rule) =>
        rule is not null
        && row.LastMechanism.Length > 0
        && !(rule.AllowsMechanism(row.LastMechanism) && rule.AllowsChannel(row.LastTls));
}
