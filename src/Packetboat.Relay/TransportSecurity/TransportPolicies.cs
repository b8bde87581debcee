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
        if (await DaneAsync(domain, mx, host, ct) is { } dane)
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
            _ when isOwnName || IsAuthentic(mx) || sts.Policy?.Covers(host) == true => new TlsDemand.Required(),
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
        MtaStsPolicy? policy = hosts.Count > 0 ? (await MtaStsAsync(domain, ct)).Policy : null;
        var words = new List<(string Host, string Words)>();
        foreach (string host in hosts)
            words.Add((host, (await DemandAsync(domain, mx, policy, host, ct)).Words));
        string[] different = [.. words.Select(one => one.Words).Distinct(StringComparer.Ordinal)];
        return different switch
        {
            [] => "",
            [var same] => same,
            _ => string.Join("; ", words.Select(one => $"{one.Host}: {one.Words}")),
        };
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
        foreach (string name in await BaseNamesAsync(host.TrimEnd('.'), ct))
            switch (await resolver.TlsaAsync(TlsaRecord.NameFor(name, settings().Packetboat.DirectPort), ct))
            {
                case DnsAnswer<TlsaRecord>.Found { IsAuthentic: true } found:
                    return new TlsDemand.Dane(name, DaneCheck.Usable(found.Records), [name, domain]);
                case DnsAnswer<TlsaRecord>.TemporaryFailure failure:
                    return new TlsDemand.Forbidden(DeliveryReplies.TlsaTrouble(name, failure.Reason), TlsPolicyText.NoRecords);
            }

        return null;
    }

    /// <summary>
    /// The names that a host's TLSA records may stand at, the better first: where its aliases lead, then its own, RFC 7672 §2.2.2. Where only
    /// the alias is signed and not what it leads to, its own. None where nobody vouches for either.
    /// </summary>
    private async ValueTask<IReadOnlyList<string>> BaseNamesAsync(string host, CancellationToken ct)
    {
        DnsAnswer<IPAddress> six = await resolver.Ipv6Async(host, ct);
        DnsAnswer<IPAddress> four = await resolver.Ipv4Async(host, ct);
        DnsAnswer<IPAddress>.Found[] found = [.. new[] { six, four }.OfType<DnsAnswer<IPAddress>.Found>()];
        if (found.Length == 0)
            return [];
        string canonical = found[0].CanonicalName;
        if (Array.TrueForAll(found, answer => answer.IsAuthentic))
            return canonical.Length == 0 ? [host] : [canonical, host];
        bool isSignedAlias =
            canonical.Length > 0 && await resolver.AliasAsync(host, ct) is DnsAnswer<string>.Found { IsAuthentic: true };
        return isSignedAlias ? [host] : [];
    }
}
