using System.CommandLine;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat account credential</c>: the ways of an account to sign in.</summary>
internal static class AccountCredentialCommand
{
    public static Command Create() =>
        new("credential", "Give an account several ways to sign in, each revoked alone") { Add(), List(), Revoke() };

    /// <summary>In one line.</summary>
    public static string Describe(CredentialRow credential)
    {
        string kind =
            credential.KeyFingerprint is { } key ? $", key {key}"
            : credential.AllowsCramMd5 ? ", CRAM-MD5 allowed"
            : "";
        string how = credential.LastMechanism.Length == 0 ? "" : $" from {credential.LastAddress} by {How(credential)}";
        return $"{credential.Name}, set {Print.Minute(credential.Created)}, last used {Print.Minute(credential.LastUsed)}{how}{kind}";
    }

    private static Argument<string> IdArgument() => new("id") { Description = "QWK-ID" };

    private static Argument<string> NameArgument() =>
        new("name") { Description = "What the credential is called, such as laptop" };

    private static Command Add()
    {
        Argument<string> id = IdArgument();
        Argument<string> name = NameArgument();
        Option<bool> cramMd5 = AccountCommand.CramMd5Option();
        var key = new KeyOptions();
        var password = new PasswordOptions();
        var command = new Command("add", "Add a credential beside those that there are") { id, name, cramMd5, Verbs.Json };
        key.AddTo(command);
        password.AddTo(command);
        command.SetAction(
            async (parsed, ct) =>
                !key.TryRead(parsed, out string? fingerprint)
                    ? ExitCode.Usage
                    : await AccountCommand.WithPasswordAsync(
                        parsed,
                        password,
                        (operations, chosen, stop) =>
                            operations.AddCredentialAsync(
                                parsed.GetValue(id)!,
                                new CredentialWish
                                {
                                    Name = parsed.GetValue(name)!,
                                    Password = chosen,
                                    AllowCramMd5 = parsed.GetValue(cramMd5),
                                    KeyFingerprint = fingerprint,
                                },
                                stop
                            ),
                        ct
                    )
        );
        return command;
    }

    private static Command List()
    {
        Argument<string> id = IdArgument();
        var command = new Command("list", "List the credentials of an account, and how each was used last") { id };
        return command.Does((operations, parsed, ct) => operations.ShowAccountAsync(parsed.GetValue(id)!, ct), Rows);
    }

    private static Command Revoke()
    {
        Argument<string> id = IdArgument();
        Argument<string> name = NameArgument();
        var reason = new Option<string>("--reason") { Description = "For the audit trail", DefaultValueFactory = _ => "" };
        var command = new Command("revoke", "End a credential at once, with the sessions that signed in by it")
        {
            id,
            name,
            reason,
        };
        return command.Does(
            (operations, parsed, ct) =>
                operations.RevokeCredentialAsync(parsed.GetValue(id)!, parsed.GetValue(name)!, parsed.GetValue(reason)!, ct),
            Rows
        );
    }

    private static void Rows(AccountRow account, bool json)
    {
        if (json)
            Print.Json(account.Credentials, OperationsJson.Default.IReadOnlyListCredentialRow);
        else
            Print.Table(
                ["NAME", "SET", "LAST USED", "FROM", "BY", "KEY"],
                account.Credentials.Select(row =>
                    new[]
                    {
                        row.Name,
                        Print.Minute(row.Created),
                        Print.Minute(row.LastUsed),
                        OrDash(row.LastAddress),
                        row.LastMechanism.Length == 0 ? "-" : How(row),
                        row.KeyFingerprint ?? "-",
                    }
                ),
                $"{account.Id} has no credentials: it cannot sign in. Add one: packetboat account credential add {account.Id} NAME"
            );
    }

    private static string How(CredentialRow row) =>
        $"{row.LastMechanism}, {(row.LastTls.Length == 0 ? "in clear" : row.LastTls)}";

    private static string OrDash(string text) => text.Length == 0 ? "-" : text;
}
