using System.Net;
using System.Net.Sockets;
using DnsClient;
using Packetboat.Protocol;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Resolver;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Resolver;

/// <summary>Replies that no honest name server sends, over a real socket: whatever arrives, a look-up has an answer.</summary>
public sealed class HostileNameServerTests : IDisposable
{
    private const string Header = @"\x81\x80\x00\x01";
    private const string One = @"\x00\x01\x00\x00\x00\x00";
    private const string Two = @"\x00\x02\x00\x00\x00\x00";
    private const string Question = @"\x03far\x07example\x00\x00\x01\x00\x01";
    private const string Alias = @"\x00\x05\x00\x01\x00\x00\x00\x3c";
    private const string Host = @"\xc0\x0c\x00\x01\x00\x01";
    private const string Loopback = @"\x00\x04\x7f\x00\x00\x01";

    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public HostileNameServerTests() => _server.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose() => _server.Dispose();

    [Theory(Timeout = 20_000)]
    [InlineData("nothing", "")]
    [InlineData("half a header", @"\x81\x80\x00")]
    [InlineData("counts of 65535 and no records", @"\x81\x80\xff\xff\xff\xff\xff\xff\xff\xff")]
    [InlineData("a name that points to itself", @"\x81\x80\xff\xff\xff\xff\xff\xff\xff\xff\xc0\x0c")]
    [InlineData("a name that points behind the end", @"\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\xff\xff\x00\x01\x00\x01")]
    [InlineData("a record longer than the reply", Header + One + Question + Host + @"\x00\x00\x00\x3c\xff\xff\x01")]
    [InlineData("a record shorter than its kind", Header + One + Question + Host + @"\x00\x00\x00\x3c\x00\x01\x01")]
    [InlineData("only zeros", @"{\x00*300}")]
    [InlineData("an answer without a question", @"\x81\x80\x00\x00\x00\x00\x00\x00\x00\x00")]
    [InlineData("no such domain, without a question", @"\x81\x83\x00\x00\x00\x00\x00\x00\x00\x00")]
    [InlineData(
        "an answer to another name",
        Header + One + @"\x03fax\x07example\x00\x00\x01\x00\x01" + Host + @"\x00\x00\x00\x3c" + Loopback
    )]
    [InlineData(
        "an answer to another type",
        Header + One + @"\x03far\x07example\x00\x00\x0f\x00\x01" + Host + @"\x00\x00\x00\x3c" + Loopback
    )]
    [InlineData("a failure of the server", @"\x81\x82\x00\x00\x00\x00\x00\x00\x00\x00")]
    [InlineData("a refusal", @"\x81\x85\x00\x00\x00\x00\x00\x00\x00\x00")]
    public async Task A_reply_that_makes_no_sense_is_no_answer_for_now(string what, string reply)
    {
        DnsAnswer<IPAddress> answer = await AskAsync(reply);

        var failure = Assert.IsType<DnsAnswer<IPAddress>.TemporaryFailure>(answer);
        Assert.Equal(PrintableText.Of(failure.Reason, 200), failure.Reason);
        Assert.NotEmpty(what);
    }

    [Fact]
    public void Silence_has_words_that_are_the_same_each_time()
    {
        var silence = new DnsResponseException(
            DnsResponseCode.ConnectionTimeout,
            "Query 23741 => far.example IN MX on … timed out"
        );
        Assert.Equal("no answer from 192.0.2.53:53", DnsClientTransport.WordsOf(silence, "192.0.2.53:53"));
        var other = new DnsResponseException(DnsResponseCode.ServerFailure, "Server Failure");
        Assert.Equal(other.Message, DnsClientTransport.WordsOf(other, "192.0.2.53:53"));
    }

    /// <summary>An alias that leads nowhere has no address: the resolver follows no alias itself, and so cannot be led in a circle.</summary>
    [Theory(Timeout = 20_000)]
    [InlineData("to itself", Header + One + Question + @"\xc0\x0c" + Alias + @"\x00\x02\xc0\x0c")]
    [InlineData(
        "to one that leads back",
        Header + Two + Question + @"\xc0\x0c" + Alias + @"\x00\x04\x01b\xc0\x10" + @"\x01b\xc0\x10" + Alias + @"\x00\x02\xc0\x0c"
    )]
    public async Task An_alias_in_a_circle_is_no_address(string where, string reply)
    {
        Assert.IsType<DnsAnswer<IPAddress>.NoData>(await AskAsync(reply));
        Assert.NotEmpty(where);
    }

    [Theory(Timeout = 20_000)]
    [InlineData(@"\xff\xff\xff\xff")]
    [InlineData(@"\x80\x00\x00\x00")]
    [InlineData(@"\x7f\xff\xff\xff")]
    public async Task An_answer_that_holds_for_less_than_no_time_or_for_ever_is_one_all_the_same(string timeToLive) =>
        Assert.Equal(
            [IPAddress.Loopback],
            Assert
                .IsType<DnsAnswer<IPAddress>.Found>(await AskAsync(Header + One + Question + Host + timeToLive + Loopback))
                .Records
        );

    /// <param name="reply">What follows the id.</param>
    private async Task<DnsAnswer<IPAddress>> AskAsync(string reply)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        var resolver = new CachingResolver(
            new ResolverOptions
            {
                Server = _server.LocalEndPoint!.ToString(),
                Timeout = TimeSpan.FromSeconds(5),
                Retries = 0,
            },
            TimeProvider.System
        );
        ValueTask<DnsAnswer<IPAddress>> asked = resolver.Ipv4Async("far.example", ct);
        byte[] query = new byte[1024];
        SocketReceiveFromResult from = await _server.ReceiveFromAsync(query, new IPEndPoint(IPAddress.Any, 0), ct);
        await _server.SendToAsync((byte[])[query[0], query[1], .. WireText.Bytes(reply)], from.RemoteEndPoint, ct);
        return await asked;
    }
}
