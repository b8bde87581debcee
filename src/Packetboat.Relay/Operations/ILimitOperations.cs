namespace Packetboat.Relay.Operations;

/// <summary>How much an account may send.</summary>
public interface ILimitOperations
{
    /// <summary>Every limit of an account, and what is used of it.</summary>
    Task<Result<AccountLimitsReport>> ShowLimitsAsync(string id, CancellationToken ct);

    /// <summary>Gives an account values of its own.</summary>
    /// <param name="id">A QWK-ID.</param>
    /// <param name="changes">
    /// As in <c>[Limits]</c>: <c>MessagesPerDay=500</c>, <c>MessagesPerDayAction=hold</c>; <c>default</c> takes the account's own value back.
    /// </param>
    /// <param name="reason">For the audit trail.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<AccountLimitsReport>> SetLimitsAsync(
        string id,
        IReadOnlyList<string> changes,
        string reason,
        CancellationToken ct
    );
}

/// <summary>The limits of an account.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Limits">All of them.</param>
public sealed record AccountLimitsReport(string Account, IReadOnlyList<LimitRow> Limits);

/// <summary>A limit.</summary>
/// <param name="Name">As in <c>[Limits]</c>.</param>
/// <param name="Value">0: no limit.</param>
/// <param name="Action">What is done beyond it.</param>
/// <param name="Source">From where the value is: default (of all), account.</param>
/// <param name="ActionSource">From where the action is.</param>
/// <param name="Used">In the hour or day that it is, or now; null: it is about one message.</param>
/// <param name="Left">Null: no limit, or about one message.</param>
/// <param name="Ends">When it is counted anew; null: not by the clock.</param>
public sealed record LimitRow(
    string Name,
    long Value,
    string Action,
    string Source,
    string ActionSource,
    long? Used,
    long? Left,
    DateTimeOffset? Ends
);
