using System.Net;
using Packetboat.Protocol.Dns;

namespace Packetboat.Protocol.Tests.Dns;

public sealed class MxHostsTests
{
    [Fact]
    public void Better_hosts_come_first() =>
        Assert.Equal(["a", "b", "c"], Names(Of(new MxRecord(20, "b"), new MxRecord(30, "c"), new MxRecord(10, "a"))));

    [Fact]
    public void Equal_hosts_each_come_first_at_times_and_never_before_a_better_one()
    {
        MxRecord[] records = [new(10, "a"), new(10, "b"), new(10, "c"), new(5, "best")];
        string[][] orders = [.. Enumerable.Range(0, 100).Select(seed => Names(Of(records, seed)))];

        Assert.All(orders, order => Assert.Equal("best", order[0]));
        Assert.Equal(["a", "b", "c"], orders.Select(order => order[1]).Distinct().Order());
    }

    [Fact]
    public void Whoever_is_not_better_than_we_are_is_left_out() =>
        Assert.Equal(
            ["a"],
            Names(Of(new MxRecord(10, "a"), new MxRecord(20, "us"), new MxRecord(20, "b"), new MxRecord(30, "c")))
        );

    [Fact]
    public void Being_the_best_host_ourselves_is_a_loop()
    {
        Assert.IsType<MailHosts.Loop>(Of(new MxRecord(10, "us"), new MxRecord(20, "b")));
        Assert.IsType<MailHosts.Loop>(MxHosts.Of("us", new DnsAnswer<MxRecord>.NoData(), host => host == "us", new Random(1)));
    }

    [Fact]
    public void A_root_host_alone_takes_no_mail() => Assert.IsType<MailHosts.NullMx>(Of(new MxRecord(0, "")));

    [Fact]
    public void A_root_host_among_others_is_overlooked() =>
        Assert.Equal(["a"], Names(Of(new MxRecord(0, ""), new MxRecord(10, "a"))));

    [Fact]
    public void Without_an_MX_the_domain_is_its_own_host()
    {
        var hosts = Assert.IsType<MailHosts.Found>(Answered(new DnsAnswer<MxRecord>.NoData()));

        Assert.Equal(["d.example"], hosts.Names);
        Assert.True(hosts.AreImplicit);
    }

    [Fact]
    public void A_domain_that_is_not_there_has_no_host_and_one_that_nobody_knows_waits()
    {
        Assert.IsType<MailHosts.NoSuchDomain>(Answered(new DnsAnswer<MxRecord>.NxDomain()));
        Assert.Equal("why", Assert.IsType<MailHosts.Unknown>(Answered(new DnsAnswer<MxRecord>.TemporaryFailure("why"))).Reason);
    }

    [Fact]
    public void A_host_is_tried_once_and_at_most_ten_are()
    {
        Assert.Equal(["a", "b"], Names(Of(new MxRecord(10, "a"), new MxRecord(20, "a"), new MxRecord(30, "b"))));
        Assert.Equal(10, Names(Of([.. Enumerable.Range(0, 30).Select(i => new MxRecord(i, $"h{i}"))])).Length);
    }

    [Fact]
    public void Addresses_are_public_distinct_and_not_too_many()
    {
        MailTarget[] found =
        [
            new("evil", IPAddress.Loopback),
            .. Enumerable.Range(1, 30).Select(i => new MailTarget("a", IPAddress.Parse($"9.9.9.{i}"))),
            new("b", IPAddress.Parse("9.9.9.1")),
        ];

        Assert.Equal(20, MxHosts.Targets(found, publicOnly: true).Count);
        Assert.Equal(IPAddress.Loopback, MxHosts.Targets(found, publicOnly: false)[0].Address);
        Assert.Single(MxHosts.Targets([found[1], found[^1]], publicOnly: true));
    }

    private static MailHosts Of(params MxRecord[] records) => Of(records, 1);

    private static MailHosts Of(MxRecord[] records, int seed) =>
        MxHosts.Of("d.example", new DnsAnswer<MxRecord>.Found(records), host => host == "us", new Random(seed));

    private static MailHosts Answered(DnsAnswer<MxRecord> answer) => MxHosts.Of("d.example", answer, _ => false, new Random(1));

    private static string[] Names(MailHosts hosts) => [.. Assert.IsType<MailHosts.Found>(hosts).Names];
}
