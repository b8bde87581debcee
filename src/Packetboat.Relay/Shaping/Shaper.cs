using Packetboat.Protocol.Dmarc;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Shaping;

/// <summary>
/// Keeps the pace of each provider. Many domains have their mail taken by the same few servers, and those count what all of it comes to.
/// A server of nobody known is a provider of its own with all the hosts of its organization's domain.
/// </summary>
internal sealed class Shaper(Func<ReplyTable> replies, TimeProvider time)
{
    /// <summary>Paces that are kept in memory; beyond it those that nobody uses are forgotten.</summary>
    private const int MostPaces = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProviderPace> _paces = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="host">That is to be called, a name.</param>
    /// <param name="ct">Ends the waiting.</param>
    public ValueTask<Turn> EnterAsync(string host, CancellationToken ct)
    {
        (string key, string name, ProviderShape shape) = Of(host);
        return PaceOf(key, name).EnterAsync(shape, ct);
    }

    /// <summary>Takes from a failure what it says about how fast we send.</summary>
    /// <param name="pace">Of the connection.</param>
    /// <param name="outcome">Of a connection or a transaction.</param>
    /// <param name="isFresh">Of a new connection: a 421 on one that lay idle is only the end of it. RFC 5321 §3.8.</param>
    /// <returns>Whether it says anything.</returns>
    public bool Note(PacedConnection pace, RemoteOutcome outcome, bool isFresh)
    {
        if (!outcome.FromPeer || outcome.Reply.Code / 100 != 4)
            return false;
        Cause cause = replies().Classify(outcome);
        // Who puts off whatever comes from our address wants less of it, in whatever words: Yahoo's TSS04, Gmail's 4.7.28.
        bool isOfUs = cause.Class is FailureClass.RateLimited or FailureClass.AddressReputation;
        if (isOfUs && !cause.IsOfPace)
            return false;
        if (isOfUs)
            pace.Throttled(outcome.Reply.ToString());
        else if (isFresh && outcome.Reply.Code == 421)
            pace.Crowded();
        else
            return false;
        return true;
    }

    /// <summary>Who runs a host, by which key that is counted, and how much it takes.</summary>
    public (string Key, string Name, ProviderShape Shape) Of(string host)
    {
        ReplyTable table = replies();
        if (table.ProviderOf(host) is { } provider)
            return (provider.Id, provider.Name, provider.Shape ?? table.UsualShape);
        string organization = PublicSuffixList.Embedded.OrganizationalDomain(host);
        return ("." + organization, organization, table.UsualShape);
    }

    private ProviderPace PaceOf(string key, string name)
    {
        lock (_lock)
        {
            if (_paces.TryGetValue(key, out ProviderPace? known))
                return known;
            if (_paces.Count >= MostPaces)
                foreach (string idle in _paces.Where(pair => pair.Value.IsIdle).Select(pair => pair.Key).ToArray())
                    _paces.Remove(idle);
            return _paces[key] = new ProviderPace(name, time);
        }
    }
}
