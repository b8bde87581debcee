using Packetboat.Protocol.Dns;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Checks;

/// <summary>
/// Asks what a delivery would ask before it calls a domain's servers, and calls none of them. It remembers nothing: each policy is fetched, and every
/// server is a stranger.
/// </summary>
public sealed class TlsCheck : IDisposable
{
    private readonly IResolver _resolver;
    private readonly PolicyFetcher _fetcher;
    private readonly TransportPolicies _policies;

    /// <param name="resolver">Asks the DNS.</param>
    /// <param name="usesOwnServer">Hosts are looked up by it too, and not by the machine.</param>
    /// <param name="time">For deadlines.</param>
    public TlsCheck(IResolver resolver, bool usesOwnServer, TimeProvider time)
    {
        Settings defaults = ConfigurationReader.Defaults("/", "localhost");
        Settings settings() => defaults;
        _resolver = resolver;
        _fetcher = new PolicyFetcher(
            new Dialer(() => SendMail.DialSettingsOf(defaults), time),
            new HostAddresses(resolver, () => usesOwnServer),
            () => defaults.Packetboat.AllowPrivateTargets,
            time
        );
        var nothing = new Nothing();
        _policies = new TransportPolicies(
            resolver,
            new MtaStsPolicies(resolver, _fetcher, nothing, time),
            new TlsMemory(nothing, settings, time),
            settings
        );
    }

    public void Dispose() => _fetcher.Dispose();

    /// <param name="domain">A-labels, lower case.</param>
    /// <param name="ct">Gives up.</param>
    public async ValueTask<TlsReport> OfAsync(string domain, CancellationToken ct)
    {
        DnsAnswer<MxRecord> mx = await _resolver.MxAsync(domain, ct);
        switch (MxHosts.Of(domain, mx, _ => false, Random.Shared))
        {
            case MailHosts.Found found:
                return await OfAsync(domain, mx, found.Names, ct);
            case MailHosts.Unknown unknown:
                return Empty("temperror", unknown.Reason, domain);
            case MailHosts.NullMx:
                return Empty("none", $"{domain} says that it takes no mail (Null MX)", domain);
            default:
                return Empty("none", $"{domain} does not exist", domain);
        }
    }

    private static TlsReport Empty(string result, string reason, string domain) =>
        new(result, reason, domain, MxIsAuthentic: false, Policy: null, "not asked for", []);

    private async ValueTask<TlsReport> OfAsync(
        string domain,
        DnsAnswer<MxRecord> mx,
        IReadOnlyList<string> names,
        CancellationToken ct
    )
    {
        MtaStsLookup sts = await _policies.MtaStsAsync(domain, ct);
        var hosts = new List<TlsHostReport>();
        foreach (string name in names)
        {
            TlsDemand demand = await _policies.DemandAsync(domain, mx, sts.Policy, name, ct);
            string[] records = demand is TlsDemand.Dane dane ? [.. dane.Records.Select(record => record.ToString())] : [];
            hosts.Add(new TlsHostReport(name, WordOf(demand), demand.Words, records));
        }

        // Who sits on the way makes us take the weakest; one that gets nothing is no way.
        TlsHostReport weakest = hosts.MinBy(host => Array.IndexOf(Order, host.Demand))!;
        return new TlsReport(
            weakest.Demand,
            $"{weakest.Host}: {weakest.Words}",
            domain,
            TransportPolicies.IsAuthentic(mx),
            sts.Policy?.Mode.ToString().ToLowerInvariant(),
            sts.Reason,
            hosts
        );
    }

    private static readonly string[] Order = ["opportunistic", "testing", "mta-sts", "dane", "forbidden"];

    private static string WordOf(TlsDemand demand) =>
        demand switch
        {
            TlsDemand.Dane => "dane",
            TlsDemand.Verified => "mta-sts",
            TlsDemand.Tested => "testing",
            TlsDemand.Forbidden => "forbidden",
            _ => "opportunistic",
        };

    private sealed class Nothing : IMtaStsStore, ITlsMemoryStore
    {
        public CachedPolicy? FindPolicy(string domain) => null;

        public Task KeepPolicyAsync(CachedPolicy policy, CancellationToken stopping) => Task.CompletedTask;

        public TlsHabit? FindHabit(string host) => null;

        public ValueTask KeepHabitAsync(TlsHabit habit) => ValueTask.CompletedTask;

        public IReadOnlyList<TlsHabit> ListHabits(int handshakes, DateTimeOffset since, int limit) => [];

        public Task<bool> ForgetHabitAsync(string host, CancellationToken stopping) => Task.FromResult(false);
    }
}
