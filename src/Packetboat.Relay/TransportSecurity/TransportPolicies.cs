using System.Net;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.TlsReports;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>
/// What is demanded of TLS: by DANE, whose word comes before MTA-STS (RFC 8461 §2), else by MTA-STS, else by what the host has always had, else
/// by nobody.
/// </summary>
internal sealed class TransportPolicies(IResolver resolver, MtaStsPolicies sts, TlsMemory memory, Func<Settings> settings)
{
    /// <param name="domain">The recipient's; A-labels, lower case.</param>
    /// <param name="ct">Gives up.</param>
    public async ValueTask<MtaStsLookup> MtaStsAsync(string domain, CancellationToken ct) =>
        settings().Packetboat.MtaSts ? await sts.OfAsync(domain, ct) : new MtaStsLookup(null, "MtaSts is off");

    /// <param name="domain">The recipient's.</param>
    /// <param name="mx">What its MX records are.</param>
    /// <param name="policy">Its policy; null: it has none.</param>
    /// <param name="host">One of its servers.</param>
    /// <param name="ct">Gives up.</param>
    public async ValueTask<TlsDemand> DemandAsync(
        string domain,
        DnsAnswer<MxRecord> mx,
        MtaStsPolicy? policy,
        string host,
        CancellationToken ct
    )
    {
        TlsDemand? dane = await DaneAsync(domain, mx, host, ct);
        // Where none of the records can be used any certificate would do for DANE; the domain's policy may want more. RFC 7672 §2.2, RFC 8461 §2.
        bool mayWantMore = dane is TlsDemand.Dane { Records.Count: 0 } && policy is { Mode: MtaStsMode.Enforce };
        if (dane is not null && !mayWantMore)
            return dane;
        return policy switch
        {
            { Mode: MtaStsMode.Enforce } when policy.Covers(host) => new TlsDemand.Verified(domain),
            { Mode: MtaStsMode.Enforce } => new TlsDemand.Forbidden(DeliveryReplies.NotInPolicy(host, domain)),
            { Mode: MtaStsMode.Testing } => new TlsDemand.Tested(domain, policy.Covers(host), memory.Of(host)),
            _ => memory.Of(host) is { } habit ? new TlsDemand.Remembered(habit) : new TlsDemand.Opportunistic(),
        };
    }

    /// <summary>
    /// What is demanded of a host for mail whose sender demands REQUIRETLS: what DANE demands, or a verified certificate; where nobody vouches for
    /// the host's name, nothing will do. RFC 8689 §4.2.1.
    /// </summary>
    /// <param name="mx">What its MX records are.</param>
    /// <param name="isOwnName">The host is the domain itself: there was no name to vouch for.</param>
    /// <param name="sts">Its policy.</param>
    /// <param name="usual">What is demanded for other mail.</param>
    /// <param name="host">One of its servers.</param>
    public static TlsDemand Strict(DnsAnswer<MxRecord> mx, bool isOwnName, MtaStsLookup sts, TlsDemand usual, string host) =>
        usual switch
        {
            TlsDemand.Dane { Records.Count: > 0 } or TlsDemand.Forbidden { Reply.Enhanced: "4.4.3" } => usual,
            TlsDemand.Forbidden { Reply.Text: var reason } => new TlsDemand.Forbidden(DeliveryReplies.NotSecure(host, reason)),
            _ when isOwnName || IsAuthentic(mx) || sts.Policy is { Mode: not MtaStsMode.None } policy && policy.Covers(host) =>
                new TlsDemand.Required(),
            _ when sts.IsTrouble => new TlsDemand.Forbidden(DeliveryReplies.PolicyTrouble(host, sts.Reason)),
            _ => new TlsDemand.Forbidden(
                DeliveryReplies.NotSecure(host, "neither DNSSEC nor an MTA-STS policy vouches for its name")
            ),
        };

    /// <summary>What is demanded of the hosts of a domain, in one line.</summary>
    /// <param name="domain">The recipient's.</param>
    /// <param name="mx">What its MX records are.</param>
    /// <param name="hosts">Its servers, in order.</param>
    /// <param name="ct">Gives up.</param>
    public async ValueTask<string> DescribeAsync(
        string domain,
        DnsAnswer<MxRecord> mx,
        IReadOnlyList<string> hosts,
        CancellationToken ct
    )
    {
        MtaStsLookup known = hosts.Count > 0 ? await MtaStsAsync(domain, ct) : new MtaStsLookup(null, "");
        var words = new List<(string Host, string Words)>();
        foreach (string host in hosts)
            words.Add((host, (await DemandAsync(domain, mx, known.Policy, host, ct)).Words));
        string[] different = [.. words.Select(one => one.Words).Distinct(StringComparer.Ordinal)];
        string demand = different switch
        {
            [] => "",
            [var same] => same,
            _ => string.Join("; ", words.Select(one => $"{one.Host}: {one.Words}")),
        };
        // RFC 8461 §5: then mail goes as if there were none. Whoever relies on it should know.
        return known.IsTrouble ? $"{demand}. What MTA-STS would demand is not known: {known.Reason}" : demand;
    }

    /// <summary>Whether the DNS vouches for which servers a domain has.</summary>
    public static bool IsAuthentic(DnsAnswer<MxRecord> mx) =>
        mx is DnsAnswer<MxRecord>.Found { IsAuthentic: true } or DnsAnswer<MxRecord>.NoData { IsAuthentic: true };

    /// <summary>
    /// Only where the DNS vouches for the way to the host, RFC 7672 §2.2.1. Where it does, that its TLSA records cannot be had may be an
    /// attack, and the host gets nothing. RFC 7672 §2.1.2.
    /// </summary>
    private async ValueTask<TlsDemand?> DaneAsync(string domain, DnsAnswer<MxRecord> mx, string host, CancellationToken ct)
    {
        if (!IsAuthentic(mx))
            return null;
        host = host.TrimEnd('.');
        (IReadOnlyList<string> names, string trouble) = await BaseNamesAsync(host, ct);
        if (trouble.Length > 0)
            return Unknown(host, trouble);
        foreach (string name in names)
            switch (await resolver.TlsaAsync(TlsaRecord.NameFor(name, settings().Packetboat.DirectPort), ct))
            {
                case DnsAnswer<TlsaRecord>.Found { IsAuthentic: true } found:
                    return new TlsDemand.Dane(name, DaneCheck.Usable(found.Records), [name, domain])
                    {
                        Published = found.Records,
                    };
                case DnsAnswer<TlsaRecord>.TemporaryFailure failure:
                    return Unknown(name, failure.Reason);
            }

        return null;
    }

    private static TlsDemand.Forbidden Unknown(string name, string reason) =>
        new(DeliveryReplies.TlsaTrouble(name, reason), TlsPolicyText.NoRecords);

    /// <summary>
    /// The names that a host's TLSA records may stand at, the better first: where its aliases lead, then its own, RFC 7672 §2.2.2. Where only
    /// the alias is signed and not what it leads to, its own. None where nobody vouches for either. What the DNS does not answer may be kept away by
    /// somebody to whom it makes a difference: then the trouble is said, and nothing is taken for unsigned. RFC 7672 §2.1.2.
    /// </summary>
    private async ValueTask<(IReadOnlyList<string> Names, string Trouble)> BaseNamesAsync(string host, CancellationToken ct)
    {
        DnsAnswer<IPAddress> six = await resolver.Ipv6Async(host, ct);
        DnsAnswer<IPAddress> four = await resolver.Ipv4Async(host, ct);
        DnsAnswer<IPAddress>.Found[] found = [.. new[] { six, four }.OfType<DnsAnswer<IPAddress>.Found>()];
        if (found.Length == 0)
            return ([], TroubleOf(four) is { Length: > 0 } trouble ? trouble : TroubleOf(six));
        string canonical = found[0].CanonicalName;
        if (Array.TrueForAll(found, answer => answer.IsAuthentic))
            return (canonical.Length == 0 ? [host] : [canonical, host], "");
        return canonical.Length == 0
            ? ([], "")
            : await resolver.AliasAsync(host, ct) switch
            {
                DnsAnswer<string>.Found { IsAuthentic: true } => ([host], ""),
                DnsAnswer<string>.TemporaryFailure failure => ([], failure.Reason),
                _ => ([], ""),
            };
    }

    private static string TroubleOf(DnsAnswer<IPAddress> answer) =>
        (answer as DnsAnswer<IPAddress>.TemporaryFailure)?.Reason ?? "";
}
