using System.CommandLine;
using System.Globalization;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat account</c>: the nodes that may send through this hub.</summary>
internal static class AccountCommand
{
    public static Command Create() =>
        new("account", "Manage the nodes that may send through this hub")
        {
            Add(),
            List(),
            OnOne("show", "Show one account", (operations, id, ct) => operations.ShowAccountAsync(id, ct)),
            Password(),
            AccountCredentialCommand.Create(),
            AccountImportCommand.Create(),
            AccountRequireCommand.Create(),
            AccountDomainCommand.Create(),
            AccountLimitCommands.Change(),
            AccountArrivalCommand.Create(),
            AccountLimitCommands.Show(),
            SuspensionCommands.Suspend(IdArgument(), "Stop an account: its new mail, and what it has queued"),
            SuspensionCommands.Resume(IdArgument(), "Let a suspended account send again, and release what was held"),
            Remove(),
        };

    private static Argument<string> IdArgument() => new("id") { Description = "QWK-ID: 2 to 8 characters, a letter first" };

    internal static Option<bool> CramMd5Option() =>
        new("--cram-md5") { Description = "Keep the password readable (encrypted) so that CRAM-MD5 works with it" };

    private static Command Add()
    {
        Argument<string> id = IdArgument();
        Option<bool> cramMd5 = CramMd5Option();
        var password = new PasswordOptions();
        var domains = new Option<string[]>("--domain")
        {
            Description = "A domain that it may use as sender, granted without a proof; may be said more than once",
        };
        var anySender = new Option<bool>("--any-sender") { Description = "It may use any sender address" };
        var note = new Option<string>("--note") { Description = "Your own words about it", DefaultValueFactory = _ => "" };
        var command = new Command("add", "Create an account and give it a password")
        {
            id,
            domains,
            anySender,
            note,
            cramMd5,
            Verbs.Json,
        };
        password.AddTo(command);
        command.SetAction(
            (parsed, ct) =>
                WithPasswordAsync(
                    parsed,
                    password,
                    (operations, chosen, stop) =>
                        AddAsync(
                            operations,
                            parsed.GetValue(id)!,
                            chosen,
                            parsed.GetValue(cramMd5),
                            parsed.GetValue(note)!,
                            [.. parsed.GetValue(domains) ?? [], .. parsed.GetValue(anySender) ? ["*"] : Array.Empty<string>()],
                            stop
                        ),
                    ct
                )
        );
        return command;
    }

    private static async Task<Result<IssuedPassword>> AddAsync(
        IOperations operations,
        string id,
        string? password,
        bool cramMd5,
        string note,
        string[] domains,
        CancellationToken ct
    )
    {
        Result<IssuedPassword> added = await operations.AddAccountAsync(id, password, cramMd5, note, ct);
        foreach (string domain in added.Refusal is null ? domains : [])
        {
            Result<AccountRow> granted = await operations.AddDomainAsync(id, domain, grant: true, subdomains: false, ct);
            if (granted.Refusal is { } refusal)
                Print.Error(refusal.ToString());
            else
                added = added.Value! with { Account = granted.Value! };
        }

        return added;
    }

    private static Command Password()
    {
        Argument<string> id = IdArgument();
        Option<bool> cramMd5 = CramMd5Option();
        var password = new PasswordOptions();
        var credential = new Option<string>("--credential")
        {
            Description = "Which one, where it has several: default, unless you say",
            DefaultValueFactory = _ => "",
        };
        var command = new Command("password", "Give an account a new password; the old one ends at once")
        {
            id,
            credential,
            cramMd5,
            Verbs.Json,
        };
        password.AddTo(command);
        command.SetAction(
            (parsed, ct) =>
                WithPasswordAsync(
                    parsed,
                    password,
                    (operations, chosen, stop) =>
                        operations.SetPasswordAsync(
                            parsed.GetValue(id)!,
                            new CredentialWish
                            {
                                Name = parsed.GetValue(credential)!,
                                Password = chosen,
                                AllowCramMd5 = parsed.GetValue(cramMd5),
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
        var command = new Command("list", "List the accounts");
        return command.Shows(
            (operations, _, ct) => operations.ListAccountsAsync(ct),
            OperationsJson.Default.IReadOnlyListAccountRow,
            Rows
        );
    }

    private static Command Remove()
    {
        Argument<string> id = IdArgument();
        var command = new Command("remove", "Remove an account for good") { id };
        return command.Does((operations, parsed, ct) => operations.RemoveAccountAsync(parsed.GetValue(id)!, ct));
    }

    private static Command OnOne(
        string name,
        string description,
        Func<IOperations, string, CancellationToken, Task<Result<AccountRow>>> operation
    )
    {
        Argument<string> id = IdArgument();
        var command = new Command(name, description) { id };
        return command.Does((operations, parsed, ct) => operation(operations, parsed.GetValue(id)!, ct), Show);
    }

    internal static async Task<int> WithPasswordAsync(
        ParseResult parsed,
        PasswordOptions options,
        Func<IOperations, string?, CancellationToken, Task<Result<IssuedPassword>>> operation,
        CancellationToken ct
    )
    {
        if (!options.TryRead(parsed, out string? chosen))
            return ExitCode.Usage;
        return await Session.RunAsync(
            parsed,
            async (operations, stop) =>
            {
                Result<IssuedPassword> result = await operation(operations, chosen, stop);
                StatusReport status = await operations.StatusAsync(stop);
                return Session.Answer(
                    result,
                    issued => Issued(issued, status.HostName, status.AccountsPort, parsed.GetValue(Verbs.Json))
                );
            },
            ct
        );
    }

    private static void Issued(IssuedPassword issued, string hostName, int? port, bool json)
    {
        if (json)
        {
            Print.Json(issued, OperationsJson.Default.IssuedPassword);
            return;
        }

        Print.Line($"account   {issued.Account.Id}");
        if (issued.Credential != Credential.DefaultName)
            Print.Line($"named     {issued.Credential}");
        if (issued.Account.Credentials.FirstOrDefault(one => one.Name == issued.Credential)?.KeyFingerprint is { } key)
        {
            Print.Line($"key       {key}");
            Print.Line("its client shows the certificate of that key in the TLS handshake, and signs in by EXTERNAL");
            return;
        }

        if (issued.GeneratedPassword is { } password)
            Print.Line($"password  {password}    (shown once; only its verifier is kept)");
        Print.Line($"sends as  {AccountDomainCommand.Senders(issued.Account, hostName)}");
        Print.Line("its sysop writes in [Mail] of ctrl/sbbs.ini:");
        Print.Line("    Options = ALLOW_POP3 | RELAY_TX | RELAY_AUTH_PLAIN");
        Print.Line($"    RelayServer = {hostName}");
        if (port is not null)
            Print.Line(string.Create(CultureInfo.InvariantCulture, $"    RelayPort = {port}"));
        Print.Line($"    RelayUsername = {issued.Account.Id}");
        Print.Line(
            $"    RelayPassword = {(issued.GeneratedPassword is null ? "(the password that you chose)" : issued.GeneratedPassword)}"
        );
        if (port is null)
            Print.Line(
                "it cannot send yet: no listener here is for accounts; add USE_SUBMISSION_PORT to Options in [Mail] of ctrl/sbbs.ini, and restart the server"
            );
        string[] others = [.. issued.Account.Credentials.Select(one => one.Name).Where(name => name != issued.Credential)];
        if (others.Length > 0)
            Print.Line(
                $"still valid beside it: {string.Join(", ", others)} (packetboat account credential list {issued.Account.Id})"
            );
    }

    private static void Show(AccountRow account, bool json)
    {
        if (json)
            Print.Json(account, OperationsJson.Default.AccountRow);
        else
            Show(account);
    }

    internal static void Show(AccountRow account)
    {
        Print.Line($"account     {account.Id}");
        Print.Line($"created     {Print.Minute(account.Created)}");
        if (account.Note.Length > 0)
            Print.Line($"note        {account.Note}");
        Print.Line($"state       {State(account)}");
        if (account.SignIn is { } rule)
            Print.Line($"signs in    {AccountRequireCommand.Describe(rule)}");
        foreach (DomainRow domain in account.Domains ?? [])
            Print.Line($"sends as    {AccountDomainCommand.Describe(domain)}");
        foreach (LimitRow limit in (account.Limits ?? []).Where(limit => limit is { Used: > 0, Left: not null }))
            Print.Line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"used        {limit.Used} of {limit.Value} {limit.Name}, {limit.Left} left"
                )
            );
        foreach (CredentialRow credential in account.Credentials)
            Print.Line($"credential  {AccountCredentialCommand.Describe(credential)}");
    }

    private static string State(AccountRow account)
    {
        if (account.Suspended is not { } since)
            return "may send";
        string until = account.SuspendedUntil is { } end ? $" until {Print.MinuteWithZone(Suspension.Shown(end))}" : "";
        string reason = account.Reason.Length == 0 ? "" : $": {account.Reason}";
        string how = $" (queued mail: {Word(account.Queued)}, new mail: {Word(account.Answer)})";
        return string.Create(CultureInfo.InvariantCulture, $"suspended since {Print.Minute(since)}{until}{how}{reason}");
    }

    private static string Word(Enum? choice) => choice?.ToString().ToLowerInvariant() ?? "-";

    private static void Rows(IReadOnlyList<AccountRow> rows) =>
        Print.Table(
            ["ID", "CREATED", "STATE", "LAST USED", "NOTE"],
            rows.Select(row =>
                new[]
                {
                    row.Id,
                    Print.Minute(row.Created),
                    State(row),
                    Print.Minute(row.Credentials.Select(c => c.LastUsed).Max()),
                    row.Note,
                }
            ),
            "There are no accounts. Add one: packetboat account add MYBBS"
        );
}
