using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Resolver;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Resolver;

/// <summary>Names in other scripts are A-labels everywhere here, RFC 5891; what a library makes of them on the way is undone.</summary>
public sealed class InternationalNamesTests : IDisposable
{
    private const int Patience = 20_000;
    private const int HeaderLength = 12;

    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public InternationalNamesTests() => _server.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    [Theory(Timeout = Patience)]
    [InlineData("xn--mnchen-3ya.example")]
    [InlineData("mx.xn--bcher-kva.example")]
    [InlineData("xn--a-ecp.example")] // no script has it, and the DNS does not mind
    public async Task Their_addresses_are_found(string name)
    {
        Task answering = AnswerAsync(@"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01");
        DnsAnswer<IPAddress> answer = await NewResolver().Ipv4Async(name, Ct);
        await answering;
        Assert.Equal([IPAddress.Loopback], Assert.IsType<DnsAnswer<IPAddress>.Found>(answer).Records);
    }

    [Fact(Timeout = Patience)]
    public async Task Mail_servers_keep_their_names_as_they_were_written()
    {
        Task answering = AnswerAsync(@"\xc0\x0c\x00\x0f\x00\x01\x00\x00\x00\x3c\x00\x13\x00\x0a\x0exn--mnchen-3ya\xc0\x10");
        DnsAnswer<MxRecord> mx = await NewResolver().MxAsync("far.example", Ct);
        await answering;
        Assert.Equal("xn--mnchen-3ya.example", Assert.Single(Assert.IsType<DnsAnswer<MxRecord>.Found>(mx).Records).Host);
    }

    [Fact(Timeout = Patience)]
    public async Task Aliases_are_followed_to_their_end()
    {
        Task answering = AnswerAsync(
            @"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x10\x0dxn--bcher-kva\xc0\x10"
                + @"\xc0\x29\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x07\x04host\xc0\x10"
                + @"\xc0\x45\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01",
            records: 3
        );
        DnsAnswer<IPAddress> answer = await NewResolver().Ipv4Async("far.example", Ct);
        await answering;
        Assert.Equal("host.example", Assert.IsType<DnsAnswer<IPAddress>.Found>(answer).CanonicalName);
    }

    private CachingResolver NewResolver() =>
        new(
            new ResolverOptions
            {
                Server = _server.LocalEndPoint!.ToString(),
                Timeout = TimeSpan.FromSeconds(5),
                Retries = 0,
            },
            TimeProvider.System
        );

    /// <summary>Repeats the question, as servers do, and adds records.</summary>
    private async Task AnswerAsync(string answer, byte records = 1)
    {
        byte[] query = new byte[1024];
        SocketReceiveFromResult from = await _server.ReceiveFromAsync(query, new IPEndPoint(IPAddress.Any, 0), Ct);
        byte[] question = query[HeaderLength..from.ReceivedBytes];
        int end = Array.IndexOf(question, (byte)0) + 5;
        byte[] reply =
        [
            query[0],
            query[1],
            .. WireText.Bytes(@"\x81\x80\x00\x01\x00"),
            records,
            .. WireText.Bytes(@"\x00\x00\x00\x00"),
            .. question[..end],
            .. WireText.Bytes(answer),
        ];
        await _server.SendToAsync(reply, from.RemoteEndPoint, Ct);
    }
}
