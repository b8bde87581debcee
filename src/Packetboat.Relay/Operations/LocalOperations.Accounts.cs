using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>Accounts.</summary>
public sealed partial class LocalOperations
{
    public async Task<IReadOnlyList<AccountRow>> ListAccountsAsync(CancellationToken ct)
    {
        var rows = new List<AccountRow>();
        foreach (Account account in await accounts.ListAsync(ct))
        {
            if (await accounts.FindAsync(account.Id.LoginForm, ct) is { } found)
                rows.Add(Row(found));
        }

        return rows;
    }

    public async Task<Result<AccountRow>> ShowAccountAsync(string id, CancellationToken ct) =>
        await FindAsync(id, ct) is { } found ? Row(found) with { Limits = Report(found.Account.Id).Limits } : NoSuchAccount(id);

    public async Task<Result<IssuedPassword>> AddAccountAsync(
        string id,
        string? password,
        bool allowCramMd5,
        string note,
        CancellationToken ct
    )
    {
        if (!QwkId.TryParse(id, out QwkId? wanted, out Refusal? refusal))
            return refusal;
        IReadOnlyList<Account> existing = await accounts.ListAsync(ct);
        if (wanted.ConflictWith(existing.Select(account => account.Id), own: null) is { } conflict)
            return conflict;

        var account = new Account(wanted, time.GetUtcNow(), Suspension: null, Protocol.PrintableText.Of(note, 200));
        string chosen = password ?? PasswordGenerator.Generate();
        if (
            !issuer.TryIssue(
                new AccountWithCredentials(account, []),
                Credential.DefaultName,
                chosen,
                allowCramMd5,
                out Credential? credential,
                out Refusal? unfit
            )
        )
            return unfit;
        if (!await accounts.AddAsync(account, ct))
            return new Refusal(id, "the account exists already", "See: packetboat account list");
        await accounts.SetCredentialAsync(credential, ct);
        await NoteAsync("account add", wanted.Text, account.Note, ct);
        return new IssuedPassword(
            Row(new AccountWithCredentials(account, [credential])),
            credential.Name,
            password is null ? chosen : null
        );
    }

    public async Task<Result<SuspensionChanged>> SuspendAsync(string? id, SuspensionOrder order, CancellationToken ct)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (order.Until is { } end && end <= now)
            return new Refusal(end.ToString("u"), "it is in the past", "Give a time to come, or none");
        QwkId? account = id is null ? null : (await FindAsync(id, ct))?.Account.Id;
        if (id is not null && account is null)
            return NoSuchAccount(id);
        var suspension = new Suspension(
            Protocol.PrintableText.Of(order.Reason, 200),
            now,
            order.Until,
            order.Queued,
            order.Answer
        );
        // Written down before it works: what it does to a long queue takes its time.
        string how = $"{suspension.Reason} [queued {Word(order.Queued)}, answer {Word(order.Answer)}]{Ends(order.Until)}";
        await NoteAsync(account is null ? "relaying suspend" : "account suspend", account?.Text ?? "relaying", how.Trim(), ct);
        return await suspensions.SuspendAsync(account, suspension, ct) is { } changed
            ? await ChangedAsync(account, suspension, changed, ct)
            : NoSuchAccount(id ?? "");
    }

    public async Task<Result<SuspensionChanged>> ResumeAsync(string? id, string reason, CancellationToken ct)
    {
        QwkId? account = id is null ? null : (await FindAsync(id, ct))?.Account.Id;
        if (id is not null && account is null)
            return NoSuchAccount(id);
        foreach (Alarm alarm in account is null ? [] : await store.AlarmsAsync(ct))
            if (alarm.Key.StartsWith($"limit:{account}:", StringComparison.Ordinal))
                await store.ClearAlarmAsync(alarm.Key, ct);
        await NoteAsync(account is null ? "relaying resume" : "account resume", account?.Text ?? "relaying", reason, ct);
        Func<UsageCounters>? counters = account is null ? null : usage.Forgive(account);
        return await suspensions.ResumeAsync(account, counters, ct) is { } changed
            ? await ChangedAsync(account, null, changed, ct)
            : NoSuchAccount(id ?? "");
    }

    public async Task<Result<Done>> RemoveAccountAsync(string id, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } found || await suspensions.RemoveAsync(found.Account.Id, ct) is not { } held)
            return NoSuchAccount(id);
        usage.Forget(found.Account.Id);
        await limits.ClearAsync(ct);
        await NoteAsync("account remove", found.Account.Id.Text, held == 0 ? "" : $"{held} queued recipients are held", ct);
        await signOut(found.Account.Id, ct);
        return new Done(
            $"account {found.Account.Id} is removed. Nothing leaves for it any more: "
                + (
                    held == 0
                        ? $"what was held before stays held (packetboat queue list --account {found.Account.Id})"
                        : $"{held} recipients that were queued are held; return them or drop them: packetboat queue bounce|drop --account {found.Account.Id}"
                )
        );
    }

    private async Task<Result<SuspensionChanged>> ChangedAsync(
        QwkId? account,
        Suspension? suspension,
        int recipients,
        CancellationToken ct
    ) =>
        new SuspensionChanged(
            account is not null && await FindAsync(account.Text, ct) is { } found ? Row(found) : null,
            suspension,
            recipients
        );

    private static string Word(Enum choice) => choice.ToString().ToLowerInvariant();

    private static string Ends(DateTimeOffset? until) =>
        until is { } end
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
            : "";

    private ValueTask<AccountWithCredentials?> FindAsync(string id, CancellationToken ct) =>
        accounts.FindAsync(QwkId.LoginFormOf(id), ct);

    private static Refusal NoSuchAccount(string id) => new(id, "there is no such account", "See: packetboat account list");

    private AccountRow Row(AccountWithCredentials found)
    {
        Suspension? suspension = found.Account.Suspension?.IsInForce(time.GetUtcNow()) == true ? found.Account.Suspension : null;
        return new AccountRow(
            found.Account.Id.Text,
            found.Account.Created,
            found.Account.Note,
            suspension?.Since,
            suspension?.Until,
            suspension?.Reason ?? "",
            [.. found.Credentials.Select(Row)],
            suspension?.Queued,
            suspension?.Answer,
            [
                .. found.Domains.Select(d => new DomainRow(
                    d.Name,
                    d.IncludesSubdomains,
                    d.State,
                    d.Token is null ? null : d.RecordName,
                    d.Token is null ? null : d.RecordText,
                    d.Checked,
                    d.FailingSince
                )),
            ],
            SignIn: found.Account.SignIn
        );
    }
}
