using System.Net;

namespace Packetboat.Relay.TlsReports;

/// <summary>Counts how sessions with other domains' servers came by TLS, in memory, and files it from time to time. RFC 8460.</summary>
public sealed class TlsResults(ITlsResultStore store, Func<bool> isOn, TimeProvider time)
{
    /// <summary>Between two times of filing; what is more is not counted.</summary>
    private const int MaxKinds = 10_000;

    private readonly Lock _lock = new();
    private Dictionary<TlsOutcome, long> _counts = [];

    /// <param name="domain">Of the recipients.</param>
    /// <param name="policy">As <see cref="TlsPolicyText"/> writes it.</param>
    /// <param name="result">Empty: TLS came about.</param>
    /// <param name="host">The server.</param>
    /// <param name="address">Its address.</param>
    /// <param name="from">Ours; null: not known.</param>
    internal void Note(string domain, string policy, string result, string host, IPAddress address, IPAddress? from)
    {
        if (!isOn())
            return;
        var day = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        TlsOutcome outcome =
            result.Length == 0
                ? new TlsOutcome(day, domain, policy, "", "", "", "")
                : new TlsOutcome(day, domain, policy, result, host, address.ToString(), from?.ToString() ?? "");
        lock (_lock)
            if (_counts.TryGetValue(outcome, out long known) || _counts.Count < MaxKinds)
                _counts[outcome] = known + 1;
    }

    public ValueTask FileAsync()
    {
        Dictionary<TlsOutcome, long> counts;
        lock (_lock)
            (counts, _counts) = (_counts, []);
        return counts.Count == 0
            ? ValueTask.CompletedTask
            : store.AddAsync([.. counts.Select(count => new TlsCount(count.Key, count.Value))]);
    }
}
