using System.Diagnostics.CodeAnalysis;
using Packetboat.Relay.Hub;

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
        await FindAsync(id, ct) is { } found ? Row(found) : NoSuchAccount(id);

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
            !TryIssue(
                new AccountWithCredentials(account, []),
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
        return new IssuedPassword(Row(new AccountWithCredentials(account, [credential])), password is null ? chosen : null);
    }

    public async Task<Result<IssuedPassword>> SetPasswordAsync(
        string id,
        string? password,
        bool allowCramMd5,
        CancellationToken ct
    )
    {
        if (await FindAsync(id, ct) is not { } found)
            return NoSuchAccount(id);
        string chosen = password ?? PasswordGenerator.Generate();
        if (!TryIssue(found, chosen, allowCramMd5, out Credential? credential, out Refusal? refusal))
            return refusal;
        await accounts.SetCredentialAsync(credential, ct);
        return await FindAsync(id, ct) is { } changed
            ? new IssuedPassword(Row(changed), password is null ? chosen : null)
            : NoSuchAccount(id);
    }

    public async Task<Result<AccountRow>> SuspendAsync(string id, string reason, DateTimeOffset? until, CancellationToken ct)
    {
        if (until is { } end && end <= time.GetUtcNow())
            return new Refusal(end.ToString("u"), "it is in the past", "Give a time to come, or none");
        var suspension = new Suspension(Protocol.PrintableText.Of(reason, 200), time.GetUtcNow(), until);
        return await SetSuspensionAsync(id, suspension, ct);
    }

    public Task<Result<AccountRow>> ResumeAsync(string id, CancellationToken ct) => SetSuspensionAsync(id, null, ct);

    public async Task<Result<Done>> RemoveAccountAsync(string id, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } found || !await accounts.RemoveAsync(found.Account.Id, ct))
            return NoSuchAccount(id);
        return new Done($"account {found.Account.Id} is removed; its mail that is already queued is still sent");
    }

    private async Task<Result<AccountRow>> SetSuspensionAsync(string id, Suspension? suspension, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } found || !await accounts.SetSuspensionAsync(found.Account.Id, suspension, ct))
            return NoSuchAccount(id);
        return await ShowAccountAsync(id, ct);
    }

    private bool TryIssue(
        AccountWithCredentials account,
        string password,
        bool allowCramMd5,
        [NotNullWhen(true)] out Credential? credential,
        [NotNullWhen(false)] out Refusal? refusal
    ) => issuer.TryIssue(account, Credential.DefaultName, password, allowCramMd5, out credential, out refusal);

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
            [.. found.Credentials.Select(c => new CredentialRow(c.Name, c.ReversibleSecret is not null, c.Created, c.LastUsed))]
        );
    }
}
