using Packetboat.Protocol.Dns;
using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>
/// The policies of other domains, RFC 8461 §5.1: asked for when the TXT record says that there is another, and once a day, so that they do
/// not run out while somebody keeps us from asking. One that is kept holds until it expires, whatever the DNS says.
/// </summary>
internal sealed class MtaStsPolicies(IResolver resolver, IPolicyFetcher fetcher, IMtaStsStore store, TimeProvider time)
{
    /// <summary>After it a policy is fetched again. RFC 8461 §10.2.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    /// <summary>After a failure nobody asks again before. RFC 8461 §3.3.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    private const int MaxPauses = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<MtaStsLookup>> _fetched = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Until, FetchedPolicy Failed)> _pauses = new(StringComparer.Ordinal);

    /// <param name="domain">Of the recipient; A-labels, lower case.</param>
    /// <param name="ct">Gives up.</param>
    public async ValueTask<MtaStsLookup> OfAsync(string domain, CancellationToken ct)
    {
        CachedPolicy? kept = store.FindPolicy(domain);
        DnsAnswer<string> announced = await resolver.TextAsync(MtaStsRecord.NameFor(domain), ct);
        string? id = announced is DnsAnswer<string>.Found found ? MtaStsRecord.IdOf(found.Records) : null;
        if (id is null)
            return announced is DnsAnswer<string>.TemporaryFailure failure
                ? Kept(kept, $"its TXT record could not be looked up: {failure.Reason}", isTrouble: true)
                : Kept(kept, "no TXT record announces one");
        if (kept?.Policy is not null && kept.Id == id && time.GetUtcNow() - kept.Fetched < Fresh)
            return Kept(kept, "");

        Task<MtaStsLookup> fetching;
        lock (_lock)
        {
            if (_pauses.TryGetValue(domain, out (long Until, FetchedPolicy Failed) pause) && time.GetTimestamp() < pause.Until)
                return Kept(kept, pause.Failed.Fault, isTrouble: true, pause.Failed.Result);
            if (!_fetched.TryGetValue(domain, out fetching!))
                _fetched.Add(domain, fetching = Task.Run(() => FetchAsync(domain, id, kept), CancellationToken.None));
        }

        // Only this caller gives up; the others still want the answer.
        return await fetching.WaitAsync(ct);
    }

    private static MtaStsLookup Kept(CachedPolicy? kept, string otherwise, bool isTrouble = false, string result = "") =>
        kept?.Policy is { } policy
            ? new MtaStsLookup(
                policy,
                $"fetched at {kept.Fetched:yyyy-MM-dd HH:mm} UTC, holds until {kept.Expires:yyyy-MM-dd HH:mm}"
            )
            : new MtaStsLookup(null, otherwise) { IsTrouble = isTrouble, Result = result };

    private async Task<MtaStsLookup> FetchAsync(string domain, string id, CachedPolicy? kept)
    {
        try
        {
            FetchedPolicy answer = await fetcher.FetchAsync(domain, CancellationToken.None);
            if (answer.Text is { } text)
            {
                if (MtaStsPolicy.TryParse(text, out MtaStsPolicy? policy, out string? fault))
                {
                    DateTimeOffset now = time.GetUtcNow();
                    var fresh = new CachedPolicy(domain, id, text, now, now + policy.MaxAge);
                    await store.KeepPolicyAsync(fresh, CancellationToken.None);
                    return Kept(fresh, "");
                }

                answer = FetchedPolicy.None(fault, FetchedPolicy.NotUnderstood);
            }

            answer = answer with { Fault = $"the policy cannot be had: {answer.Fault}" };
            Note(domain, answer);
            return Kept(kept, answer.Fault, isTrouble: true, answer.Result);
        }
        finally
        {
            lock (_lock)
                _fetched.Remove(domain);
        }
    }

    private void Note(string domain, FetchedPolicy failed)
    {
        long now = time.GetTimestamp();
        lock (_lock)
        {
            if (_pauses.Count >= MaxPauses)
                foreach (string over in _pauses.Where(pause => pause.Value.Until <= now).Select(pause => pause.Key).ToArray())
                    _pauses.Remove(over);
            // Whoever makes us send to so many broken domains gets them asked more often, and no more.
            if (_pauses.Count >= MaxPauses)
                _pauses.Clear();
            _pauses[domain] = (now + (long)(Pause.TotalSeconds * time.TimestampFrequency), failed);
        }
    }
}
