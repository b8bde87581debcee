using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Arrival;

/// <summary>What is kept about whether mail will arrive.</summary>
public interface IArrivalStore
{
    /// <summary>Of an account; null: it has none of its own.</summary>
    ArrivalPolicy? ReadPolicy(QwkId id);

    /// <param name="id">Whose.</param>
    /// <param name="policy">Null: that of all.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>Whether there is such an account.</returns>
    Task<bool> SetPolicyAsync(QwkId id, ArrivalPolicy? policy, CancellationToken ct);

    /// <summary>Notes that an account is told about a domain, unless it was since <paramref name="since"/>. Durable when it returns.</summary>
    /// <returns>Whether it was noted.</returns>
    Task<bool> NoteWarningAsync(QwkId id, string domain, DateTimeOffset now, DateTimeOffset since, CancellationToken ct);
}
