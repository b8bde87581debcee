namespace Packetboat.Relay.Operations;

/// <summary>Which servers of other domains have had TLS.</summary>
public interface ITlsOperations
{
    /// <summary>Those whose mail waits when they offer none, the most recent first.</summary>
    Task<IReadOnlyList<TlsHostRow>> ListTlsHostsAsync(int limit, CancellationToken ct);

    /// <param name="host">A mail server's name.</param>
    /// <param name="reason">For the audit trail.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<Done>> ForgetTlsHostAsync(string host, string reason, CancellationToken ct);
}

/// <summary>A server that has had TLS.</summary>
/// <param name="Host">Its name.</param>
/// <param name="First">Since when.</param>
/// <param name="Last">When that was seen last, give or take a day.</param>
public sealed record TlsHostRow(string Host, DateTimeOffset First, DateTimeOffset Last);
