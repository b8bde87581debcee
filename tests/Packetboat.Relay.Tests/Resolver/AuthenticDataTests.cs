using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.Resolver;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Resolver;

/// <summary>That an answer was validated is believed of a server that the operator trusts, over a real socket, and of nobody else.</summary>
public sealed class AuthenticDataTests : IDisposable
{
    private const string Name = "_25._tcp.mx.far.example";
    private const string Question = @"\x03_25\x04_tcp\x02mx\x03far\x07example\x00\x00\x34\x00\x01";
    private const string Record = @"\xc0\x0c\x00\x34\x00\x01\x00\x00\x00\x3c\x00\x07\x03\x01\x01\x0b\x9f\xa5\xa5";

    private const string HostQuestion = @"\x02mx\x03far\x07example\x00\x00\x01\x00\x01";

    /// <summary>Of the name in the question, for mx.near.example, which is at 0x2c.</summary>
    private const string Alias = @"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x0a\x02mx\x04near\xc0\x13";
    private const string BackToIt = @"\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x0c";
    private const string Address = @"\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01";

    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public AuthenticDataTests() => _server.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose() => _server.Dispose();

    [Theory(Timeout = 20_000)]
    [InlineData(true, @"\x81\xa0", true)]
    [InlineData(true, @"\x81\x80", false)]
    [InlineData(false, @"\x81\xa0", false)]
    public async Task The_bit_counts_where_the_server_is_trusted(bool isTrusted, string flags, bool isAuthentic)
    {
        (DnsAnswer<TlsaRecord> answer, _) = await AskAsync(
            isTrusted,
            flags + @"\x00\x01\x00\x01\x00\x00\x00\x00" + Question + Record
        );

        var found = Assert.IsType<DnsAnswer<TlsaRecord>.Found>(answer);
        Assert.Equal("3 1 1 0b9fa5a5", Assert.Single(found.Records).ToString());
        Assert.Equal(isAuthentic, found.IsAuthentic);
    }

    [Theory(Timeout = 20_000)]
    [InlineData(true, @"\x81\xa0", true)]
    [InlineData(false, @"\x81\xa0", false)]
    public async Task That_there_is_nothing_can_be_authentic_too(bool isTrusted, string flags, bool isAuthentic)
    {
        (DnsAnswer<TlsaRecord> answer, _) = await AskAsync(isTrusted, flags + @"\x00\x01\x00\x00\x00\x00\x00\x00" + Question);
        Assert.Equal(isAuthentic, Assert.IsType<DnsAnswer<TlsaRecord>.NoData>(answer).IsAuthentic);
    }

    [Theory(Timeout = 20_000)]
    [InlineData(@"\x00\x02", Alias + @"\xc0\x2c" + Address, "mx.near.example")]
    // In a circle, which no server should send: what is found is read all the same.
    [InlineData(@"\x00\x03", Alias + @"\xc0\x2c" + BackToIt + @"\xc0\x2c" + Address, "")]
    [InlineData(@"\x00\x01", @"\xc0\x0c" + Address, "")]
    public async Task Where_the_aliases_of_a_name_lead_is_part_of_the_answer(string count, string answers, string canonical)
    {
        (DnsAnswer<IPAddress> answer, _) = await AskAsync(
            isTrusted: true,
            @"\x81\xa0\x00\x01" + count + @"\x00\x00\x00\x00" + HostQuestion + answers,
            (resolver, ct) => resolver.Ipv4Async("mx.far.example", ct)
        );
        var found = Assert.IsType<DnsAnswer<IPAddress>.Found>(answer);
        Assert.Equal((canonical, "192.0.2.1"), (found.CanonicalName, Assert.Single(found.Records).ToString()));
    }

    [Fact(Timeout = 20_000)]
    public async Task An_alias_itself_can_be_asked_for()
    {
        (DnsAnswer<string> answer, _) = await AskAsync(
            isTrusted: true,
            @"\x81\xa0\x00\x01\x00\x01\x00\x00\x00\x00\x02mx\x03far\x07example\x00\x00\x05\x00\x01" + Alias,
            (resolver, ct) => resolver.AliasAsync("mx.far.example", ct)
        );
        var found = Assert.IsType<DnsAnswer<string>.Found>(answer);
        Assert.Equal(("mx.near.example", true), (Assert.Single(found.Records), found.IsAuthentic));
    }

    /// <summary>Whoever does not set DO is told nothing by some servers. RFC 6840 §5.7.</summary>
    [Theory(Timeout = 20_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signatures_are_asked_for_where_they_count(bool isTrusted)
    {
        (_, byte[] query) = await AskAsync(isTrusted, @"\x81\xa0\x00\x01\x00\x00\x00\x00\x00\x00" + Question);
        // The EDNS record ends with its flags, and the length of nothing. RFC 6891 §6.1.2.
        bool asksForSignatures = query[11] == 1 && (query[^4] & 0x80) != 0;
        Assert.Equal(isTrusted, asksForSignatures);
    }

    private Task<(DnsAnswer<TlsaRecord> Answer, byte[] Query)> AskAsync(bool isTrusted, string reply) =>
        AskAsync(isTrusted, reply, (resolver, ct) => resolver.TlsaAsync(Name, ct));

    /// <param name="isTrusted">By the operator.</param>
    /// <param name="reply">What follows the id.</param>
    /// <param name="ask">The question.</param>
    private async Task<(DnsAnswer<T> Answer, byte[] Query)> AskAsync<T>(
        bool isTrusted,
        string reply,
        Func<CachingResolver, CancellationToken, ValueTask<DnsAnswer<T>>> ask
    )
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        var resolver = new CachingResolver(
            new ResolverOptions
            {
                Server = _server.LocalEndPoint!.ToString(),
                Timeout = TimeSpan.FromSeconds(5),
                Retries = 0,
                IsTrusted = isTrusted,
            },
            TimeProvider.System
        );
        ValueTask<DnsAnswer<T>> asked = ask(resolver, ct);
        byte[] query = new byte[1024];
        SocketReceiveFromResult from = await _server.ReceiveFromAsync(query, new IPEndPoint(IPAddress.Any, 0), ct);
        await _server.SendToAsync((byte[])[query[0], query[1], .. WireText.Bytes(reply)], from.RemoteEndPoint, ct);
        return (await asked, query[..from.ReceivedBytes]);
    }
}
