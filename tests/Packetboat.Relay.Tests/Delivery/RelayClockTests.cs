using Packetboat.Protocol.Message;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Tests.Alarms;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Delivery;

public sealed class RelayClockTests : IAsyncDisposable
{
    private const int Patience = 30_000;
    private const string Key = "clock:the relay 127.0.0.1";

    private readonly ScriptedServer _hub = new() { Extensions = ["AUTH PLAIN", "OK"] };
    private readonly AlarmRig _rig = new();
    private readonly ClockComparison _clocks;

    public RelayClockTests() => _clocks = new ClockComparison(_rig.Store, _rig.Log, _rig.Time);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _clocks.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_greets_with_another_time_makes_the_clock_an_alarm_until_it_is_right()
    {
        await GreetedAsync(TimeSpan.FromMinutes(20));
        Assert.StartsWith(
            "our clock is 20 minutes behind that of the relay",
            await _rig.TextAsync(Key),
            StringComparison.Ordinal
        );

        await GreetedAsync(TimeSpan.FromMinutes(3));
        Assert.NotNull(await _rig.TextAsync(Key));
        await GreetedAsync(TimeSpan.Zero);
        Assert.Null(await _rig.TextAsync(Key));
    }

    [Fact(Timeout = Patience)]
    public async Task It_is_said_although_the_certificate_behind_STARTTLS_is_not_taken()
    {
        _hub.Certificate = TestCertificates.Server;
        Assert.IsType<Connection.Misconfigured>(await GreetedAsync(TimeSpan.FromDays(900)));
        Assert.NotNull(await _rig.TextAsync(Key));
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_does_not_tell_the_time_says_nothing_of_our_clock()
    {
        _hub.Greeting = "220 mx ESMTP";
        await ConnectAsync();
        Assert.Empty(await _rig.OpenAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task Connections_that_are_made_together_raise_it_once()
    {
        _hub.Greeting = $"220 mx ESMTP; {ReceivedField.Date(_rig.Time.GetUtcNow().AddDays(2))}";
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ConnectAsync()));
        Assert.Equal(["raised clock"], await _rig.HistoryAsync());
        Assert.Single(_rig.Lines);
    }

    [Fact(Timeout = Patience)]
    public async Task What_nothing_is_heard_of_for_a_day_is_over()
    {
        await GreetedAsync(TimeSpan.FromMinutes(20));
        _rig.Time.Advance(TimeSpan.FromHours(23));
        await GreetedAsync(TimeSpan.FromMinutes(20));
        _rig.Time.Advance(TimeSpan.FromHours(23));
        await _clocks.EndOldAsync(await _rig.Store.AlarmsAsync(Ct), Ct);
        Assert.Equal([Key], await _rig.OpenAsync());

        _rig.Time.Advance(TimeSpan.FromHours(1));
        await _clocks.EndOldAsync(await _rig.Store.AlarmsAsync(Ct), Ct);
        Assert.Empty(await _rig.OpenAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task A_disk_that_takes_no_alarm_keeps_no_mail_from_the_relay()
    {
        await _rig.Store.DisposeAsync();
        Directory.Delete(_rig.Folder.File("data"), recursive: true);
        Connection greeted = await GreetedAsync(TimeSpan.FromMinutes(20));
        Assert.IsType<Connection.Ready>(greeted);
    }

    private Task<Connection> GreetedAsync(TimeSpan ahead)
    {
        _hub.Greeting = $"220 mx ESMTP ready; {ReceivedField.Date(_rig.Time.GetUtcNow() + ahead)}";
        return ConnectAsync();
    }

    private async Task<Connection> ConnectAsync()
    {
        Settings settings = ConfigurationReader.Defaults("/nowhere", "node.example");
        settings = settings with { Packetboat = settings.Packetboat with { RelayTrustedInClear = _hub.Certificate is null } };
        var connector = new RelayConnector(
            new Dialer(() => new DialSettings(TimeSpan.FromSeconds(20), null, null), TimeProvider.System),
            new HostAddresses(new FakeResolver(), () => true),
            () => settings,
            clock: _clocks
        );
        var relay = new RelaySettings("127.0.0.1", _hub.Port, false, "MYBBS", new Secret("nodepw77"), RelayMechanism.Plain);
        Connection connection = await connector.ConnectAsync(new Route.Relay(relay), Ct);
        if (connection is Connection.Ready ready)
            await ready.Session.DisposeAsync();
        return connection;
    }
}
