using System.Net;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Shaping;
using Packetboat.Relay.Tests.Alarms;
using Packetboat.Relay.Tests.TransportSecurity;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Delivery;

public sealed class DirectConnectorTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly FakeResolver _dns = new();
    private readonly ScriptedServer _first;
    private readonly ScriptedServer _second;
    private readonly FakeTimeProvider _time = new();
    private readonly FakeFetcher _web = new();
    private StrangerClocks? _clocks;
    private Settings _settings = ConfigurationReader.Defaults("/nowhere", "node.example");

    public DirectConnectorTests()
    {
        (_first, _second) = ScriptedServer.OnOnePort(IPAddress.Loopback, IPAddress.Parse("127.0.0.2"));
        _settings = _settings with
        {
            Packetboat = _settings.Packetboat with { DirectPort = _first.Port, AllowPrivateTargets = true },
        };
        _dns.Mx["far.example"] = new DnsAnswer<MxRecord>.Found([
            new MxRecord(20, "mx2.far.example"),
            new MxRecord(10, "mx1.far.example"),
        ]);
        _dns.Hosts["mx1.far.example"] = [IPAddress.Parse("127.0.0.1")];
        _dns.Hosts["mx2.far.example"] = [IPAddress.Parse("127.0.0.2")];
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task The_preferred_host_is_asked_and_no_other() =>
        Assert.StartsWith("mx1.far.example [127.0.0.1]:", await ReadyAsync(), StringComparison.Ordinal);

    /// <summary>By the name of the host, whatever address and port it has: two of one owner count once.</summary>
    [Theory(Timeout = Patience)]
    [InlineData("mx.two.example", true)]
    [InlineData("mx9.far.example", false)]
    public async Task What_time_it_is_at_a_server_is_heard_in_its_greeting(string other, bool isAlarm)
    {
        await using ClockRig rig = await ClockRig.OpenAsync(second: other);
        _clocks = rig.Clocks;
        _first.Greeting = $"220 mx ESMTP ready at {ReceivedField.Date(rig.Theirs)}";

        await ReadyAsync();

        Assert.Equal(isAlarm, await rig.IsAlarmAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task A_host_that_is_not_there_leaves_it_to_the_next()
    {
        await _first.DisposeAsync();
        Assert.StartsWith("mx2.far.example [127.0.0.2]:", await ReadyAsync(), StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData("554 5.7.1 not you")]
    [InlineData("421 4.3.2 busy")]
    public async Task A_host_that_turns_us_away_leaves_it_to_the_next(string greeting)
    {
        _first.Greeting = greeting;
        Assert.StartsWith("mx2.far.example [127.0.0.2]:", await ReadyAsync(), StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData("554 5.7.1 not you")]
    [InlineData("421 4.3.2 busy")]
    public async Task A_host_that_turned_us_away_is_called_last_until_its_pause_is_over_and_the_next_one_is_longer(
        string greeting
    )
    {
        _first.Greeting = greeting;
        DirectConnector connector = Connector(TimeSpan.FromSeconds(20));
        async Task<int> CallsOfFirstAsync()
        {
            int before = _first.Connections;
            var ready = Assert.IsType<Connection.Ready>(await connector.ConnectAsync(new Route.Direct("far.example"), Ct));
            await ready.Session.DisposeAsync();
            ready.Pace!.Dispose();
            Assert.StartsWith("mx2.far.example ", ready.Host, StringComparison.Ordinal);
            return _first.Connections - before;
        }

        Assert.Equal((1, 0), (await CallsOfFirstAsync(), await CallsOfFirstAsync()));
        _time.Advance(RestingHosts.First);
        Assert.Equal((1, 0), (await CallsOfFirstAsync(), await CallsOfFirstAsync()));
        _time.Advance(RestingHosts.First);
        Assert.Equal(0, await CallsOfFirstAsync());

        // Where nobody else takes us it is called all the same, and is well again.
        _first.Greeting = "220 mx ESMTP";
        await _second.DisposeAsync();
        var back = Assert.IsType<Connection.Ready>(await connector.ConnectAsync(new Route.Direct("far.example"), Ct));
        await back.Session.DisposeAsync();
        Assert.StartsWith("mx1.far.example ", back.Host, StringComparison.Ordinal);
    }

    /// <summary>A domain names another's server, and demands of it what it does not have: the other's mail would go to a host that is worse.</summary>
    [Fact(Timeout = Patience)]
    public async Task What_one_domain_demands_of_a_host_in_vain_keeps_no_other_domain_s_mail_from_it()
    {
        _dns.Mx["evil.example"] = new DnsAnswer<MxRecord>.Found([new MxRecord(10, "mx1.far.example")]);
        _dns.Text["_mta-sts.evil.example"] = new DnsAnswer<string>.Found(["v=STSv1; id=1;"]);
        _web.Policy = "version: STSv1\nmode: enforce\nmx: mx1.far.example\nmax_age: 86400\n";
        DirectConnector connector = Connector(TimeSpan.FromSeconds(20));

        var refused = Assert.IsType<Connection.Unreachable>(await connector.ConnectAsync(new Route.Direct("evil.example"), Ct));
        Assert.Contains("TLS is demanded by the MTA-STS policy", refused.Reply.Text, StringComparison.Ordinal);
        var ready = Assert.IsType<Connection.Ready>(await connector.ConnectAsync(new Route.Direct("far.example"), Ct));
        await ready.Session.DisposeAsync();
        Assert.StartsWith("mx1.far.example ", ready.Host, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Nobody_who_takes_us_means_waiting_even_after_a_554()
    {
        (_first.Greeting, _second.Greeting) = ("554 no", "554 no");
        Assert.IsType<Connection.Unreachable>(await ConnectAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task What_the_first_host_refused_is_said_although_the_next_one_is_down()
    {
        _first.Greeting = "554 5.7.1 your address is listed";
        await _second.DisposeAsync();
        var refused = Assert.IsType<Connection.Unreachable>(await ConnectAsync());
        Assert.Equal((true, "your address is listed"), (refused.FromPeer, refused.Reply.Text));
        Assert.StartsWith("mx1.far.example ", refused.Host, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_domain_that_takes_no_mail_or_does_not_exist_is_impossible()
    {
        _dns.Mx["far.example"] = new DnsAnswer<MxRecord>.Found([new MxRecord(0, "")]);
        Assert.Equal("5.1.10", Assert.IsType<Connection.Impossible>(await ConnectAsync()).Reply.Enhanced);
        _dns.Mx.Remove("far.example");
        Assert.Equal("5.1.2", Assert.IsType<Connection.Impossible>(await ConnectAsync()).Reply.Enhanced);
    }

    [Fact(Timeout = Patience)]
    public async Task Without_MX_the_domain_itself_is_the_host()
    {
        _dns.Mx["far.example"] = new DnsAnswer<MxRecord>.NoData();
        _dns.Hosts["far.example"] = [IPAddress.Parse("127.0.0.2")];
        Assert.StartsWith("far.example [127.0.0.2]:", await ReadyAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_domain_with_neither_MX_nor_address_is_impossible_but_a_listed_host_without_one_is_waited_for()
    {
        _dns.Hosts.Clear();
        Assert.IsType<Connection.Unreachable>(await ConnectAsync());
        _dns.Mx["far.example"] = new DnsAnswer<MxRecord>.NoData();
        Assert.Equal("5.1.2", Assert.IsType<Connection.Impossible>(await ConnectAsync()).Reply.Enhanced);
    }

    [Fact(Timeout = Patience)]
    public async Task A_DNS_that_fails_means_waiting()
    {
        _dns.Mx["far.example"] = new DnsAnswer<MxRecord>.TemporaryFailure("SERVFAIL");
        Assert.Equal("4.4.3", Assert.IsType<Connection.Unreachable>(await ConnectAsync()).Reply.Enhanced);
    }

    [Fact(Timeout = Patience)]
    public async Task Private_addresses_are_not_called_unless_it_is_allowed()
    {
        _settings = _settings with { Packetboat = _settings.Packetboat with { AllowPrivateTargets = false } };
        var refused = Assert.IsType<Connection.Unreachable>(await ConnectAsync());
        Assert.Contains("AllowPrivateTargets", refused.Reply.Text, StringComparison.Ordinal);
        Assert.Equal(0, _first.Connections + _second.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task TLS_is_taken_whoever_s_certificate_it_is()
    {
        _first.Certificate = TestCertificates.Server;
        var ready = Assert.IsType<Connection.Ready>(await ConnectAsync());
        await ready.Session.DisposeAsync();
        Assert.StartsWith("TLS 1.", ready.Security, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_handshake_that_the_server_ends_by_hanging_up_is_tried_again_in_clear()
    {
        (_first.Certificate, _first.BreaksHandshake) = (TestCertificates.Server, true);
        var ready = Assert.IsType<Connection.Ready>(await ConnectAsync());
        await ready.Session.DisposeAsync();
        Assert.Equal(("in clear", 2, 0), (ready.Security, _first.Connections, _second.Connections));
    }

    [Fact(Timeout = Patience)]
    public async Task No_limit_for_connecting_is_no_limit_of_zero()
    {
        Connection connection = await Connector(TimeSpan.Zero).ConnectAsync(new Route.Direct("far.example"), Ct);
        await Assert.IsType<Connection.Ready>(connection).Session.DisposeAsync();
    }

    [Theory(Timeout = Patience)]
    [InlineData("")]
    [InlineData("421 4.4.2 idle for too long!")]
    public async Task A_kept_connection_that_has_died_costs_no_attempt(string lastWords)
    {
        await using Courier courier = NewCourier();
        Assert.Equal([SmtpVerdict.Accepted], Verdicts(await courier.DeliverAsync(Item("a@far.example"), Ct)));
        bool isDead = true;
        _first.Answer = line =>
        {
            if (!isDead || !line.StartsWith("MAIL", StringComparison.Ordinal))
                return null;
            isDead = false;
            return lastWords;
        };

        Assert.Equal([SmtpVerdict.Accepted], Verdicts(await courier.DeliverAsync(Item("b@far.example"), Ct)));
        Assert.Equal(2, _first.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task A_421_in_mid_session_defers_and_the_next_message_gets_a_connection_of_its_own()
    {
        bool isBusy = true;
        _first.Answer = line => isBusy && line.StartsWith("RCPT", StringComparison.Ordinal) ? "421 4.3.2 busy!" : null;
        await using Courier courier = NewCourier();
        RecipientAttempt deferred = Assert.Single((await courier.DeliverAsync(Item("a@far.example"), Ct)).Recipients);
        Assert.Equal((SmtpVerdict.Temporary, true), (deferred.Verdict, deferred.FromPeer));

        isBusy = false;
        Assert.Equal([SmtpVerdict.Accepted], Verdicts(await courier.DeliverAsync(Item("b@far.example"), Ct)));
        Assert.Equal(2, _first.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task The_peer_s_limits_of_recipients_and_messages_are_kept()
    {
        _first.Extensions = ["LIMITS RCPTMAX=2 MAILMAX=2"];
        await using Courier courier = NewCourier();

        Attempt attempt = await courier.DeliverAsync(Item("a@far.example", "b@far.example", "c@far.example"), Ct);
        Assert.All(Verdicts(attempt), verdict => Assert.Equal(SmtpVerdict.Accepted, verdict));
        Assert.Equal(2, _first.Lines.Count(line => line.StartsWith("MAIL", StringComparison.Ordinal)));
        Assert.Equal([SmtpVerdict.Accepted], Verdicts(await courier.DeliverAsync(Item("d@far.example"), Ct)));
        Assert.Equal(2, _first.Connections);
    }

    private static IEnumerable<SmtpVerdict> Verdicts(Attempt attempt) =>
        attempt.Recipients.Select(recipient => recipient.Verdict);

    private static DeliveryItem Item(params string[] recipients) =>
        new(
            TestMail.Message(1),
            [.. recipients.Select((to, i) => TestMail.Recipient(i, to))],
            "mx far.example",
            HeldContent.Of(TestMail.Content)
        );

    private async Task<string> ReadyAsync()
    {
        var ready = Assert.IsType<Connection.Ready>(await ConnectAsync());
        await ready.Session.DisposeAsync();
        return ready.Host;
    }

    private async Task<Connection> ConnectAsync() =>
        await Connector(TimeSpan.FromSeconds(20)).ConnectAsync(new Route.Direct("far.example"), Ct);

    private Courier NewCourier() =>
        new(new Route.Direct("far.example"), Connector(TimeSpan.FromSeconds(20)), store: null!, TimeProvider.System);

    private DirectConnector Connector(TimeSpan connectTimeout)
    {
        var dialer = new Dialer(() => new DialSettings(connectTimeout, null, null), TimeProvider.System);
        return new DirectConnector(
            dialer,
            _dns,
            new HostAddresses(_dns, () => true),
            () => _settings,
            new Shaper(() => ReplyTable.Shipped, TimeProvider.System),
            Policies.Of(_dns, () => _settings, _web),
            Policies.Memory(() => _settings),
            _time,
            clocks: _clocks
        );
    }
}
