namespace Packetboat.Relay.Shaping;

/// <summary>Keeps how far each provider has come to know our addresses. It must outlive a restart, and may lose the last moments before a crash.</summary>
public interface IWarmUpStore
{
    /// <summary>Pairs of an address and a provider that are kept; then those go that were used longest ago.</summary>
    const int MaxPairs = 50_000;

    /// <returns>Null: that provider knows nothing of that address.</returns>
    WarmUpDay? FindWarmUp(string address, string provider);

    /// <summary>Files it with the next transaction that others need: nobody waits for the disk.</summary>
    /// <param name="latest">Asked when it is written.</param>
    ValueTask KeepWarmUpAsync(Func<WarmUpDay> latest);

    /// <summary>The most recent first.</summary>
    IReadOnlyList<WarmUpDay> ListWarmUps(int limit);

    /// <returns>Whether anything was known of the address.</returns>
    Task<bool> ForgetWarmUpsAsync(string address, CancellationToken stopping);
}
