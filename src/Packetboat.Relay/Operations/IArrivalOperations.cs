namespace Packetboat.Relay.Operations;

/// <summary>What is done with mail that receivers will refuse.</summary>
public interface IArrivalOperations
{
    /// <param name="id">A QWK-ID.</param>
    /// <param name="policy"><c>warn</c>, <c>enforce</c>, <c>rewrite</c>; <c>default</c>: that of all; null: only show it.</param>
    /// <param name="reason">For the audit trail.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<ArrivalReport>> ArrivalAsync(string id, string? policy, string reason, CancellationToken ct);
}

/// <summary>An account's policy.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Policy">In force.</param>
/// <param name="Source">From where: default (of all), account.</param>
public sealed record ArrivalReport(string Account, string Policy, string Source);
