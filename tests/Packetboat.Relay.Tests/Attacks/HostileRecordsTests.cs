using System.Net;
using System.Text;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Shaping;
using Packetboat.Relay.Tests.Delivery;
using Packetboat.Relay.Tests.TransportSecurity;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Attacks;

/// <summary>
/// A domain's owner writes its records, and mail to it makes us connect to what he wrote. No call goes into our own network, and there are
/// not many. Calls are counted where they begin, and fail there: the address they would come from is not this machine's.
/// </summary>
public sealed class HostileRecordsTests
{
    private const string Public = "8.8.8.8";

    private readonly FakeResolver _dns = new();
    private readonly Settings _settings = ConfigurationReader.Defaults("/nowhere", "node.example");
    private int _calls;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Inside() =>
        [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.254",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.254",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::7f00:1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "2001::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];

    /// <summary>By a host with that address, by the address in a host's place, and by the domain without MX.</summary>
    [Theory]
    [MemberData(nameof(Inside))]
    public async Task An_address_of_our_own_network_is_not_called(string address)
    {
        var inside = IPAddress.Parse(address);
        _dns.Hosts["mx.far.example"] = [inside];
        _dns.Hosts["far.example"] = [inside];
        DnsAnswer<MxRecord>[] answers = [Mx("mx.far.example"), Mx(address), Mx($"[{address}]"), new DnsAnswer<MxRecord>.NoData()];
        foreach (DnsAnswer<MxRecord> answer in answers)
        {
            _dns.Mx["far.example"] = answer;
            var unreachable = Assert.IsType<Connection.Unreachable>(await ConnectAsync());
            Assert.StartsWith("4.4.", unreachable.Reply.Enhanced, StringComparison.Ordinal);
        }

        Assert.Equal(0, _calls);
    }

    [Theory]
    [MemberData(nameof(Inside))]
    public async Task Beside_such_an_address_a_public_one_is_called_and_nothing_else(string address)
    {
        _dns.Mx["far.example"] = Mx("inside.far.example", "both.far.example", address);
        _dns.Hosts["inside.far.example"] = [IPAddress.Parse(address)];
        _dns.Hosts["both.far.example"] = [IPAddress.Parse(address), IPAddress.Parse(Public)];

        await ConnectAsync();
        Assert.Equal(1, _calls);
    }

    [Theory]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.1")]
    [InlineData("[::1]")]
    [InlineData("::1%1")]
    public async Task A_number_in_place_of_a_host_is_an_address_like_any_other(string host)
    {
        _dns.Mx["far.example"] = Mx(host);
        Assert.IsType<Connection.Unreachable>(await ConnectAsync());
        Assert.Equal(0, _calls);
    }

    /// <summary>Of the DNS server in the settings, and of the machine, which throws at what it is not made for.</summary>
    [Theory]
    [InlineData(@"{a*64}.example")]
    [InlineData(@"{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.*10}example")]
    [InlineData(@"{\000*250}.example")]
    [InlineData(@"a..example")]
    [InlineData(@"a b.example")]
    [InlineData(@"localhost\x00.far.example")]
    [InlineData(@"\x1b[2J.far.example")]
    [InlineData(@"\xe2\x80\xae.far.example")]
    public async Task A_name_that_no_host_can_have_has_no_address(string name)
    {
        string host = Encoding.UTF8.GetString(WireText.Bytes(name));
        _dns.Mx["far.example"] = Mx(host);
        foreach (bool usesOwnServer in new[] { true, false })
        {
            var unreachable = Assert.IsType<Connection.Unreachable>(await ConnectAsync(usesOwnServer));
            Assert.Equal("4.4.3", unreachable.Reply.Enhanced);
            Attacker.AssertPrintable(unreachable.Reply.ToString(), "a reply of ours");
        }

        Assert.Equal((0, 0), (_dns.Asked.Count, _calls));
    }

    [Fact]
    public async Task Ten_thousand_hosts_are_ten_look_ups_and_at_most_as_many_calls()
    {
        _dns.Mx["far.example"] = Mx([.. Enumerable.Range(0, 10_000).Select(i => $"mx{i}.far.example")]);
        for (int i = 0; i < 10_000; i++)
            _dns.Hosts[$"mx{i}.far.example"] = [new IPAddress([8, 8, (byte)(i >> 8), (byte)i])];

        Assert.IsType<Connection.Unreachable>(await ConnectAsync());
        Assert.Equal((10, 10), (_dns.Asked.Count, _calls));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task Ten_thousand_addresses_are_twenty_calls(int hosts)
    {
        _dns.Mx["far.example"] = Mx([.. Enumerable.Range(0, hosts).Select(i => $"mx{i}.far.example")]);
        for (int host = 0; host < hosts; host++)
            _dns.Hosts[$"mx{host}.far.example"] =
            [
                .. Enumerable.Range(0, 10_000).Select(i => new IPAddress([8, (byte)host, (byte)(i >> 8), (byte)i])),
            ];

        Assert.IsType<Connection.Unreachable>(await ConnectAsync());
        Assert.Equal(20, _calls);
    }

    [Fact]
    public async Task A_domain_whose_hosts_lead_back_to_us_or_nowhere_is_not_called()
    {
        _dns.Mx["far.example"] = Mx("node.example");
        Assert.Equal("5.4.6", Assert.IsType<Connection.Impossible>(await ConnectAsync()).Reply.Enhanced);
        _dns.Mx["far.example"] = Mx("");
        Assert.Equal("5.1.10", Assert.IsType<Connection.Impossible>(await ConnectAsync()).Reply.Enhanced);
        // Its host is itself, and has no address: an MX is not followed to another MX.
        _dns.Mx["far.example"] = Mx("far.example");
        Assert.IsType<Connection.Unreachable>(await ConnectAsync());
        Assert.Equal(0, _calls);
    }

    private static DnsAnswer<MxRecord> Mx(params string[] hosts) =>
        new DnsAnswer<MxRecord>.Found([.. hosts.Select(host => new MxRecord(10, host))]);

    private async Task<Connection> ConnectAsync(bool usesOwnServer = true)
    {
        var dialer = new Dialer(Dial, TimeProvider.System);
        var connector = new DirectConnector(
            dialer,
            _dns,
            new HostAddresses(_dns, () => usesOwnServer),
            () => _settings,
            new Shaper(() => ReplyTable.Shipped, TimeProvider.System),
            Policies.Of(_dns, () => _settings),
            Policies.Memory(() => _settings),
            TimeProvider.System
        );
        return await connector.ConnectAsync(new Route.Direct("far.example"), Ct);
    }

    private DialSettings Dial()
    {
        _calls++;
        return new DialSettings(TimeSpan.FromSeconds(20), IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1"));
    }
}
