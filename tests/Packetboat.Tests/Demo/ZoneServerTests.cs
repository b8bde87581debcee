using System.Net;
using Packetboat.Demo;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Resolver;

namespace Packetboat.Tests.Demo;

public sealed class ZoneServerTests : IAsyncDisposable
{
    private readonly ZoneServer _zone = new(
        new Dictionary<string, ZoneRecord[]>(StringComparer.Ordinal)
        {
            ["far.example"] =
            [
                ZoneRecord.Mx(20, "mx2.far.example"),
                ZoneRecord.Mx(10, "MX1.far.example"),
                ZoneRecord.Text(LongText),
            ],
            ["mx1.far.example"] = [ZoneRecord.Address(IPAddress.Parse("127.0.0.5")), ZoneRecord.Address(IPAddress.IPv6Loopback)],
            ["nomail.example"] = [ZoneRecord.Mx(0, "")],
            ["5.0.0.127.in-addr.arpa"] = [ZoneRecord.Pointer("mx1.far.example")],
        },
        broken: ["broken.example"]
    );

    private static string LongText => "v=spf1 " + new string('x', 400);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _zone.DisposeAsync();

    [Fact]
    public async Task The_resolver_of_the_relay_reads_every_kind_of_record()
    {
        CachingResolver resolver = Resolver();

        Assert.Equal(
            [new MxRecord(10, "mx1.far.example"), new MxRecord(20, "mx2.far.example")],
            Records(await resolver.MxAsync("far.example", Ct)).OrderBy(mx => mx.Preference)
        );
        Assert.Equal([IPAddress.Parse("127.0.0.5")], Records(await resolver.Ipv4Async("mx1.far.example", Ct)));
        Assert.Equal([IPAddress.IPv6Loopback], Records(await resolver.Ipv6Async("mx1.far.example", Ct)));
        Assert.Equal([LongText], Records(await resolver.TextAsync("FAR.example.", Ct)));
        Assert.Equal(["mx1.far.example"], Records(await resolver.NamesAsync(IPAddress.Parse("127.0.0.5"), Ct)));
    }

    [Fact]
    public async Task A_null_MX_is_seen_as_such() =>
        Assert.True(Records(await Resolver().MxAsync("nomail.example", Ct)).Single().IsNull);

    [Fact]
    public async Task What_is_not_there_what_has_no_such_record_and_what_is_broken_are_told_apart()
    {
        CachingResolver resolver = Resolver();

        Assert.IsType<DnsAnswer<MxRecord>.NxDomain>(await resolver.MxAsync("nowhere.example", Ct));
        Assert.IsType<DnsAnswer<MxRecord>.NoData>(await resolver.MxAsync("mx1.far.example", Ct));
        Assert.IsType<DnsAnswer<MxRecord>.TemporaryFailure>(await resolver.MxAsync("broken.example", Ct));
    }

    [Fact]
    public async Task The_second_time_nobody_is_asked()
    {
        CachingResolver resolver = Resolver();
        await resolver.MxAsync("far.example", Ct);
        await resolver.MxAsync("far.example", Ct);

        Assert.Equal(1, _zone.Questions);
    }

    private CachingResolver Resolver() =>
        new(new ResolverOptions { Server = _zone.Endpoint.ToString(), Retries = 0 }, TimeProvider.System);

    private static IReadOnlyList<T> Records<T>(DnsAnswer<T> answer) => Assert.IsType<DnsAnswer<T>.Found>(answer).Records;
}
