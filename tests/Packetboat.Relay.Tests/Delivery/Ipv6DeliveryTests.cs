using System.Net;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Shaping;
using Packetboat.Relay.Tests.TransportSecurity;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>A server that has both kinds of address is called by the one that our own address is fit for.</summary>
public sealed class Ipv6DeliveryTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly ScriptedServer _six;
    private readonly ScriptedServer _four;
    private readonly ZoneResolver _dns = new(
        "far.example MX 10 mx.far.example",
        "mx.far.example AAAA ::1",
        "mx.far.example A 127.0.0.1",
        "six.example MX 10 mx.six.example",
        "mx.six.example AAAA ::1",
        "node.example AAAA ::1",
        "fit.example TXT v=spf1 ip6:::1 -all",
        "old.example TXT v=spf1 ip4:127.0.0.1 -all"
    );
    private Settings _settings = ConfigurationReader.Defaults("/nowhere", "node.example");

    public Ipv6DeliveryTests()
    {
        (_six, _four) = ScriptedServer.OnOnePort(IPAddress.IPv6Loopback, IPAddress.Loopback);
        Set(Ipv6Mode.Auto);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _six.DisposeAsync();
        await _four.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Without_a_reverse_name_it_is_IPv4_and_the_trace_says_why()
    {
        await using Courier courier = NewCourier("far.example");
        Attempt attempt = await courier.DeliverAsync(Item("joe@fit.example"), Ct);
        Assert.StartsWith("mx.far.example [127.0.0.1]:", attempt.Host, StringComparison.Ordinal);
        Assert.Equal("in clear, IPv4 because ::1 has no reverse name (PTR)", attempt.Security);
        Assert.Equal(0, _six.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task With_a_name_and_SPF_it_is_IPv6_and_a_sender_whose_SPF_does_not_allow_it_gets_IPv4()
    {
        _dns.Add("::1 PTR node.example");
        await using Courier courier = NewCourier("far.example");
        Assert.Equal(("mx.far.example [::1]:", "in clear"), await SendAsync(courier, "joe@fit.example"));
        Assert.Equal(("mx.far.example [::1]:", "in clear"), await SendAsync(courier, "ann@fit.example"));
        Assert.Equal(
            ("mx.far.example [127.0.0.1]:", "in clear, IPv4 because SPF of old.example does not allow ::1 (fail)"),
            await SendAsync(courier, "joe@old.example")
        );
        // What has IPv4 keeps it: to change with each sender costs more than it is worth.
        Assert.StartsWith(
            "mx.far.example [127.0.0.1]:",
            (await SendAsync(courier, "joe@fit.example")).Host,
            StringComparison.Ordinal
        );
        Assert.Equal((1, 1), (_six.Connections, _four.Connections));
    }

    [Fact(Timeout = Patience)]
    public async Task A_server_without_IPv4_is_called_all_the_same()
    {
        await using Courier courier = NewCourier("six.example");
        Assert.Equal(
            ("mx.six.example [::1]:", "in clear, IPv6 for want of IPv4 although ::1 has no reverse name (PTR)"),
            await SendAsync(courier, "joe@fit.example")
        );
    }

    /// <summary>No program may connect to the broadcast address without saying so before: that stands for a machine without a way by IPv4.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_machine_without_IPv4_calls_by_IPv6_although_the_server_has_both()
    {
        _dns.Add("both.example MX 10 mx.both.example");
        _dns.Add("mx.both.example AAAA ::1");
        _dns.Add("mx.both.example A 255.255.255.255");
        await using Courier courier = NewCourier("both.example");
        Assert.Equal(
            ("mx.both.example [::1]:", "in clear, IPv6 for want of IPv4 although ::1 has no reverse name (PTR)"),
            await SendAsync(courier, "joe@fit.example")
        );
    }

    [Fact(Timeout = Patience)]
    public async Task Never_is_never_and_always_asks_nobody()
    {
        Set(Ipv6Mode.Never);
        await using Courier never = NewCourier("six.example");
        Attempt attempt = await never.DeliverAsync(Item("joe@fit.example"), Ct);
        Assert.Contains("Ipv6 in packetboat.ini is never", attempt.Recipients[0].Reply.Text, StringComparison.Ordinal);
        Assert.Equal(0, _six.Connections);

        Set(Ipv6Mode.Always);
        await using Courier always = NewCourier("far.example");
        Assert.Equal(("mx.far.example [::1]:", "in clear"), await SendAsync(always, "joe@old.example"));
        Assert.DoesNotContain(_dns.Asked, question => question.StartsWith("PTR", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task It_is_explained()
    {
        var route = new Route.Direct("far.example");
        DirectConnector connector = Connector();
        Assert.Equal("::1 has no reverse name (PTR)", await connector.WhyNoIpv6Async(route, null, ["mx.far.example"], Ct));
        _dns.Add("only4.example A 127.0.0.1");
        Assert.Equal("", await connector.WhyNoIpv6Async(route, null, ["only4.example"], Ct));
    }

    private static async Task<(string Host, string Security)> SendAsync(Courier courier, string sender)
    {
        Attempt attempt = await courier.DeliverAsync(Item(sender), Ct);
        return (attempt.Host[..(attempt.Host.LastIndexOf(':') + 1)], attempt.Security);
    }

    private static DeliveryItem Item(string sender) =>
        new(
            TestMail.Message(1) with
            {
                Sender = MailAddress.Parse(sender),
            },
            [TestMail.Recipient(0, "a@far.example")],
            "mx far.example",
            HeldContent.Of(TestMail.Content)
        );

    private void Set(Ipv6Mode mode) =>
        _settings = _settings with
        {
            Packetboat = _settings.Packetboat with { DirectPort = _six.Port, AllowPrivateTargets = true, Ipv6 = mode },
        };

    private Courier NewCourier(string domain) => new(new Route.Direct(domain), Connector(), store: null!, TimeProvider.System);

    private DirectConnector Connector()
    {
        var dialer = new Dialer(() => new DialSettings(TimeSpan.FromSeconds(20), null, null), TimeProvider.System);
        return new DirectConnector(
            dialer,
            _dns,
            new HostAddresses(_dns, () => true),
            () => _settings,
            new Shaper(() => ReplyTable.Shipped, TimeProvider.System),
            Policies.Of(_dns, () => _settings),
            Policies.Memory(() => _settings),
            TimeProvider.System
        );
    }
}
