namespace Packetboat.Relay.TransportSecurity;

/// <summary>Remembers which servers have had TLS. It must outlive a restart, and may lose the last minutes before a crash.</summary>
public interface ITlsMemoryStore
{
    /// <summary>Servers that are kept; then those go that were not heard of for longest.</summary>
    const int MaxHosts = 50_000;

    /// <returns>Null: nothing is known of it.</returns>
    TlsHabit? FindHabit(string host);

    /// <summary>Files it with the next transaction that others need: nobody waits for the disk.</summary>
    ValueTask KeepHabitAsync(TlsHabit habit);

    /// <summary>Those with at least so many handshakes, heard of since; the most recent first.</summary>
    IReadOnlyList<TlsHabit> ListHabits(int handshakes, DateTimeOffset since, int limit);

    /// <returns>Something was known of it.</returns>
    Task<bool> ForgetHabitAsync(string host, CancellationToken stopping);
}
