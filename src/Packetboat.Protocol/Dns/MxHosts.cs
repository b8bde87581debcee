using System.Net;

namespace Packetboat.Protocol.Dns;

/// <summary>A host and one of its addresses.</summary>
public sealed record MailTarget(string Host, IPAddress Address);

/// <summary>From MX records to hosts to try. RFC 5321 §5.1.</summary>
public static class MxHosts
{
    /// <summary>More are not worth the senders' time: a domain with hundreds of hosts keeps a queue busy for nothing.</summary>
    public const int MaxHosts = 10;

    /// <summary>Addresses in one attempt, of all hosts together.</summary>
    public const int MaxAddresses = 20;

    /// <param name="domain">The recipient's, as A-labels.</param>
    /// <param name="answer">To the question for its MX records.</param>
    /// <param name="isOurs">Whether a host name is one of this server's.</param>
    /// <param name="random">Shuffles hosts of equal preference, so that load spreads.</param>
    public static MailHosts Of(string domain, DnsAnswer<MxRecord> answer, Func<string, bool> isOurs, Random random) =>
        answer switch
        {
            DnsAnswer<MxRecord>.Found found => Ordered(found.Records, isOurs, random),
            DnsAnswer<MxRecord>.NoData => isOurs(domain)
                ? new MailHosts.Loop()
                : new MailHosts.Found([domain], AreImplicit: true),
            DnsAnswer<MxRecord>.NxDomain => new MailHosts.NoSuchDomain(),
            DnsAnswer<MxRecord>.TemporaryFailure failure => new MailHosts.Unknown(failure.Reason),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };

    /// <summary>The addresses to connect to: public ones where that is asked for, each once, not too many.</summary>
    public static IReadOnlyList<MailTarget> Targets(IEnumerable<MailTarget> found, bool publicOnly) =>
        [
            .. found
                .Where(target => !publicOnly || AddressRules.IsPublic(target.Address))
                .DistinctBy(target => target.Address)
                .Take(MaxAddresses),
        ];

    private static MailHosts Ordered(IReadOnlyList<MxRecord> records, Func<string, bool> isOurs, Random random)
    {
        // A root host beside real ones is a mistake of the domain's, and the real ones are meant. RFC 7505 §3.
        MxRecord[] hosts = [.. records.Where(record => !record.IsNull)];
        if (hosts.Length == 0)
            return new MailHosts.NullMx();

        // Whoever is not better than ourselves would only send it back to us.
        int ours = hosts
            .Where(record => isOurs(record.Host))
            .Select(record => record.Preference)
            .DefaultIfEmpty(int.MaxValue)
            .Min();
        hosts = [.. hosts.Where(record => record.Preference < ours)];
        if (hosts.Length == 0)
            return new MailHosts.Loop();

        random.Shuffle(hosts);
        IEnumerable<string> ordered = hosts.OrderBy(record => record.Preference).Select(record => record.Host);
        return new MailHosts.Found([.. ordered.Distinct(StringComparer.Ordinal).Take(MaxHosts)], AreImplicit: false);
    }
}
