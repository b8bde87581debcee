using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>How much accounts may send.</summary>
public sealed partial class LocalOperations
{
    public async Task<Result<AccountLimitsReport>> ShowLimitsAsync(string id, CancellationToken ct) =>
        await FindAsync(id, ct) is { Account.Id: var known } ? Report(known) : NoSuchAccount(id);

    public async Task<Result<AccountLimitsReport>> SetLimitsAsync(
        string id,
        IReadOnlyList<string> changes,
        string reason,
        CancellationToken ct
    )
    {
        if (await FindAsync(id, ct) is not { Account.Id: var known })
            return NoSuchAccount(id);
        Dictionary<AccountLimit, OwnLimit> own = usage.OwnLimitsOf(known).ToDictionary(one => one.Limit);
        foreach (string change in changes)
            if (!LimitChange.TryApply(change, own, out Refusal? refusal))
                return refusal;
        OwnLimit[] all = [.. own.Values.Where(one => one.Value is not null || one.Action is not null)];
        if (!await usage.SetOwnLimitsAsync(known, all, ct))
            return NoSuchAccount(id);
        await NoteAsync("account limit", known.Text, $"{string.Join(' ', changes)} {reason}".TrimEnd(), ct);
        await limits.ChangedAsync(known, ct);
        return Report(known);
    }

    private AccountLimitsReport Report(QwkId id)
    {
        AccountLimits all = usage.LimitsOf(id);
        IReadOnlyList<OwnLimit> own = usage.OwnLimitsOf(id);
        UsageCounters used = usage.Of(id);
        return new AccountLimitsReport(id.Text, [.. LimitWords.All.Select(limit => Row(limit, all, own, used, id))]);
    }

    private LimitRow Row(AccountLimit limit, AccountLimits all, IReadOnlyList<OwnLimit> own, UsageCounters used, QwkId id)
    {
        LimitRule rule = all[limit];
        OwnLimit? its = own.FirstOrDefault(one => one.Limit == limit);
        long? count = limit switch
        {
            AccountLimit.RecipientsPerMessage or AccountLimit.BytesPerMessage => null,
            AccountLimit.QueuedMessages => usage.QueuedOf(id),
            _ => all.Used(limit, used),
        };
        return new LimitRow(
            limit.ToString(),
            rule.Value,
            rule.Action.Word(),
            Source(its?.Value is not null),
            Source(its?.Action is not null),
            count,
            rule.Value > 0 && count is { } some ? Math.Max(0, rule.Value - some) : null,
            limit.Ends(used)
        );
    }

    private static string Source(bool isOwn) => isOwn ? "account" : "default";
}
