namespace Packetboat.Relay.Operations;

/// <summary>How far providers have come to know the addresses that our mail leaves from.</summary>
public interface IWarmUpOperations
{
    /// <summary>The most recent first.</summary>
    Task<IReadOnlyList<WarmUpRow>> ListWarmUpsAsync(int limit, CancellationToken ct);

    /// <param name="address">Of ours.</param>
    /// <param name="reason">For the audit trail.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<Done>> ForgetWarmUpsAsync(string address, string reason, CancellationToken ct);
}

/// <summary>An address of ours and a provider.</summary>
/// <param name="Address">Ours; of IPv6 the /64.</param>
/// <param name="Provider">Whose servers take the mail.</param>
/// <param name="Day">On how many days something was sent, today included.</param>
/// <param name="Used">Sent today.</param>
/// <param name="Allowance">That may be sent today; null: as much as the provider takes.</param>
public sealed record WarmUpRow(string Address, string Provider, int Day, int Used, int? Allowance);
