using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using Packetboat.Protocol;
using Packetboat.Protocol.Dns;
using MxRecord = Packetboat.Protocol.Dns.MxRecord;
using TlsaRecord = Packetboat.Protocol.TransportSecurity.TlsaRecord;

namespace Packetboat.Relay.Resolver;

/// <summary>The questions themselves, by the DnsClient package. Its cache stays off: it knows neither our clock nor our bounds.</summary>
internal sealed class DnsClientTransport : IDnsTransport
{
    private readonly LookupClient? _client;
    private readonly string _servers;
    private readonly bool _isTrusted;

    public DnsClientTransport(ResolverOptions options)
    {
        NameServer[] servers = ServersOf(options);
        _isTrusted = options.IsTrusted;
        _servers = string.Join(", ", servers.Select(server => $"{server.Address}:{server.Port}"));
        _client = servers.Length == 0 ? null : new LookupClient(OptionsFor(options, servers));
    }

    public Task<TimedAnswer<MxRecord>> MxAsync(string name) =>
        AskAsync(name, QueryType.MX, found => found.MxRecords().Select(mx => new MxRecord(mx.Preference, Bare(mx.Exchange))));

    public Task<TimedAnswer<IPAddress>> Ipv4Async(string name) =>
        AskAsync(name, QueryType.A, found => found.ARecords().Select(a => a.Address));

    public Task<TimedAnswer<IPAddress>> Ipv6Async(string name) =>
        AskAsync(name, QueryType.AAAA, found => found.AaaaRecords().Select(a => a.Address));

    public Task<TimedAnswer<string>> TextAsync(string name) =>
        AskAsync(name, QueryType.TXT, found => found.TxtRecords().Select(txt => string.Concat(txt.Text)));

    public Task<TimedAnswer<TlsaRecord>> TlsaAsync(string name) =>
        AskAsync(name, QueryType.TLSA, found => found.TlsaRecords().Select(Tlsa));

    public Task<TimedAnswer<string>> AliasAsync(string name) =>
        AskAsync(name, QueryType.CNAME, found => found.CnameRecords().Select(alias => Bare(alias.CanonicalName)));

    public Task<TimedAnswer<string>> PointersAsync(string name) =>
        AskAsync(name, QueryType.PTR, found => found.PtrRecords().Select(ptr => Bare(ptr.PtrDomainName)));

    /// <summary>Silence is said in our words: the library's name a question's number, which is another each time.</summary>
    internal static string WordsOf(Exception failure, string servers) =>
        failure is DnsResponseException { Code: DnsResponseCode.ConnectionTimeout } or OperationCanceledException
            ? $"no answer from {servers}"
            : failure.Message;

    private static LookupClientOptions OptionsFor(ResolverOptions options, NameServer[] servers) =>
        new(servers)
        {
            UseCache = false,
            UseTcpOnly = options.UseTcp,
            // Whoever does not ask for signatures need not be told that they hold. RFC 6840 §5.7.
            RequestDnsSecRecords = options.IsTrusted,
            Timeout = options.Timeout,
            Retries = options.Retries,
            ThrowDnsErrors = false,
            // The next server is asked when one fails, not when one says that there is nothing.
            ContinueOnDnsError = true,
            ContinueOnEmptyResponse = false,
        };

    private static NameServer[] ServersOf(ResolverOptions options) =>
        string.IsNullOrWhiteSpace(options.Server)
            ? [.. NameServer.ResolveNameServers(skipIPv6SiteLocal: true, fallbackToGooglePublicDns: false)]
            : [new NameServer(EndpointOf(options.Server))];

    /// <summary>Validated with the rest of the configuration, so a wrong one is a fault here.</summary>
    private static IPEndPoint EndpointOf(string server)
    {
        IPEndPoint endpoint = IPEndPoint.Parse(server);
        return endpoint.Port == 0 ? new IPEndPoint(endpoint.Address, NameServer.DefaultPort) : endpoint;
    }

    private async Task<TimedAnswer<T>> AskAsync<T>(
        string name,
        QueryType type,
        Func<IReadOnlyList<DnsResourceRecord>, IEnumerable<T>> select
    )
    {
        if (_client is null)
            return Failure<T>("no DNS server is configured");
        try
        {
            IDnsQueryResponse response = await _client.QueryAsync(Undecoded(name), type);
            return IsAnswerTo(response, name, type)
                ? Read(response, name, select)
                : Failure<T>("the server answers another question");
        }
        catch (Exception e) when (e is DnsResponseException or SocketException or IOException or OperationCanceledException)
        {
            return Failure<T>(WordsOf(e, _servers));
        }
        catch (Exception)
        {
            // The library throws what its arithmetic comes to where a reply makes no sense. Whoever asked gets an answer all the same.
            return Failure<T>("the server's reply cannot be read");
        }
    }

    /// <summary>
    /// The number of a question has sixteen bits; whoever guesses it must have guessed the question too. RFC 5452 §9.1. A failure may come
    /// without: it says nothing that could be believed.
    /// </summary>
    private static bool IsAnswerTo(IDnsQueryResponse response, string name, QueryType type) =>
        response.Header.ResponseCode is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain)
        || (
            response.Questions is [var question]
            && question.QuestionType == type
            && Owner(question.QueryName).Equals(name, StringComparison.OrdinalIgnoreCase)
        );

    private TimedAnswer<T> Read<T>(
        IDnsQueryResponse response,
        string name,
        Func<IReadOnlyList<DnsResourceRecord>, IEnumerable<T>> select
    )
    {
        if (response.Header.ResponseCode is DnsHeaderResponseCode.NotExistentDomain)
            return new TimedAnswer<T>(new DnsAnswer<T>.NxDomain(), NegativeTime(response));
        if (response.Header.ResponseCode is not DnsHeaderResponseCode.NoError)
            return Failure<T>(response.ErrorMessage);

        bool isAuthentic = _isTrusted && response.Header.IsAuthenticData;
        T[] records = [.. select(response.Answers)];
        return records.Length == 0
            ? new TimedAnswer<T>(new DnsAnswer<T>.NoData(isAuthentic), NegativeTime(response))
            : new TimedAnswer<T>(
                new DnsAnswer<T>.Found(records, isAuthentic, CanonicalName(response.Answers, name)),
                // An alias on the way may hold for less than what it leads to. Below zero is zero: RFC 2181 §8.
                TimeSpan.FromSeconds(Math.Max(0, response.Answers.Min(record => record.InitialTimeToLive)))
            );
    }

    /// <summary>Aliases in a circle end where the records do: each is followed once.</summary>
    private static string CanonicalName(IReadOnlyList<DnsResourceRecord> answers, string name)
    {
        CNameRecord[] aliases = [.. answers.CnameRecords()];
        string end = name;
        for (int i = 0; i < aliases.Length; i++)
        {
            if (Array.Find(aliases, alias => IsOf(alias, end)) is not { } next)
                break;
            end = Bare(next.CanonicalName);
        }

        return end.Equals(name, StringComparison.OrdinalIgnoreCase) ? "" : end;

        static bool IsOf(CNameRecord alias, string name) =>
            Owner(alias.DomainName).Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>RFC 2308 §5: the lesser of the SOA's own time and its minimum.</summary>
    private static TimeSpan NegativeTime(IDnsQueryResponse response) =>
        TimeSpan.FromSeconds(
            response
                .Authorities.SoaRecords()
                .Select(soa => Math.Min(soa.Minimum, (uint)Math.Max(0, soa.InitialTimeToLive)))
                .FirstOrDefault()
        );

    private static TlsaRecord Tlsa(DnsClient.Protocol.TlsaRecord tlsa) =>
        new((byte)tlsa.CertificateUsage, (byte)tlsa.Selector, (byte)tlsa.MatchingType, tlsa.CertificateAssociationData.ToArray());

    private static TimedAnswer<T> Failure<T>(string reason) =>
        new(new DnsAnswer<T>.TemporaryFailure(PrintableText.Of(reason, 200)), TimeSpan.Zero);

    /// <summary>A name that a record tells, as it was on the wire.</summary>
    private static string Bare(DnsString name) => name.Value.TrimEnd('.').ToLowerInvariant();

    /// <summary>The name of a record or question, as it was on the wire: of these the library decodes A-labels in <c>Value</c>, of the others in <c>Original</c>.</summary>
    private static string Owner(DnsString name) => name.Original.TrimEnd('.').ToLowerInvariant();

    /// <summary>
    /// The library decodes names of the reply that begin with xn--, and fails at one that cannot be decoded. Servers repeat the question as it was
    /// written, and to the DNS both are the same. RFC 4343 §3.
    /// </summary>
    private static string Undecoded(string name) => name.Replace("xn--", "XN--", StringComparison.Ordinal);
}
