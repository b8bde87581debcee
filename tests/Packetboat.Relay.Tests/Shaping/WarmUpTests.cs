using System.Net;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Shaping;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.Tests.Configuration;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Shaping;

/// <summary>What a provider is sent of an address that is new to it.</summary>
public sealed class WarmUpTests
{
    private const string Gmail = "gmail-smtp-in.l.google.com";

    private static readonly IPAddress Ours = IPAddress.Parse("192.0.2.1");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly MemoryWarmUpStore _store = new();
    private readonly ListLogger<MailLog> _log = new();
    private string _mode = "always";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_provider_gets_no_more_than_its_share_of_the_day_and_more_on_the_next()
    {
        WarmUp warmUp = WarmUp();
        WarmUpRamp ramp = Ramp(warmUp, Gmail);
        for (int i = 0; i < 100; i++)
            Assert.Null(ramp.Take(1));

        Turn.Later? later = ramp.Take(1);
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero), later!.Until);
        Assert.Equal("Gmail is sent mail for 100 recipients on day 1 from 192.0.2.1, which is new to it", later.Reason);
        Assert.NotNull(ramp.Look());
        // Another provider has not heard of that.
        Assert.Null(Ramp(warmUp, "mx.other.example").Take(1));

        _time.Advance(TimeSpan.FromHours(12));
        for (int i = 0; i < 150; i++)
            Assert.Null(ramp.Take(1));
        Assert.NotNull(ramp.Take(1));
        Assert.Equal(new WarmUpDay("192.0.2.1", "google", 2, new DateOnly(2026, 3, 2), 150), warmUp.List(1)[0].Day);
    }

    [Fact]
    public void It_is_told_once_a_day_that_mail_waits()
    {
        WarmUpRamp ramp = Ramp(WarmUp(), Gmail);
        ramp.Take(100);
        for (int i = 0; i < 5; i++)
            Assert.NotNull(ramp.Take(1));
        Assert.StartsWith(
            "Warning route mail for Gmail waits until 2026-03-02",
            Assert.Single(_log.Lines),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Behind_the_last_day_of_the_plan_it_gets_as_many_as_it_takes()
    {
        WarmUpRamp ramp = Ramp(WarmUp(), Gmail);
        for (int day = 0; day < 12; day++)
        {
            ramp.Take(1);
            _time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Null(ramp.Take(1_000_000));
        Assert.Null(ramp.Take(1_000_000));
    }

    [Fact]
    public void What_the_provider_did_not_take_is_not_counted()
    {
        WarmUpRamp ramp = Ramp(WarmUp(), Gmail);
        for (int i = 0; i < 100; i++)
            ramp.Take(1);
        ramp.Return(1);
        Assert.Null(ramp.Look());
        Assert.Null(ramp.Take(1));
        Assert.NotNull(ramp.Take(1));
    }

    [Fact]
    public void A_message_with_more_recipients_than_the_share_goes_first_on_a_day_or_waits()
    {
        WarmUpRamp ramp = Ramp(WarmUp(), Gmail);
        Assert.Null(ramp.Take(1));
        Assert.NotNull(ramp.Take(500));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Null(ramp.Take(500));
        Assert.NotNull(ramp.Take(1));
    }

    [Fact]
    public void Without_a_relay_nothing_waits_unless_the_operator_wants_it_but_it_is_counted()
    {
        _mode = "auto";
        WarmUp warmUp = WarmUp();
        WarmUpRamp ramp = Ramp(warmUp, Gmail);
        for (int i = 0; i < 200; i++)
            Assert.Null(ramp.Take(1));
        Assert.Equal(200, warmUp.List(1)[0].Day.Used);

        _mode = "never";
        Assert.Null(warmUp.For(new Route.Direct("gmail.com"), Gmail, Ours));
    }

    [Fact]
    public void The_count_survives_a_restart_and_is_written_once_for_all_that_came_before_the_writer()
    {
        WarmUpRamp ramp = Ramp(WarmUp(), Gmail);
        for (int i = 0; i < 70; i++)
            ramp.Take(1);
        Assert.Equal(1, _store.Owed);
        _store.Write();

        ramp = Ramp(WarmUp(), Gmail);
        for (int i = 0; i < 30; i++)
            Assert.Null(ramp.Take(1));
        Assert.NotNull(ramp.Take(1));
    }

    [Fact]
    public void A_month_of_silence_makes_a_stranger_and_a_day_without_mail_does_not_count()
    {
        var day = new WarmUpDay("192.0.2.1", "google", 5, new DateOnly(2026, 3, 1), 3);
        Assert.Equal((6, 0), Of(day.On(new DateOnly(2026, 3, 9))));
        Assert.Equal((6, 0), Of(day.On(new DateOnly(2026, 3, 31))));
        Assert.Equal((1, 0), Of(day.On(new DateOnly(2026, 4, 1))));
        Assert.Equal((5, 0), Of((day with { Used = 0 }).On(new DateOnly(2026, 3, 2))));
        // The clock was ahead.
        Assert.Equal(day with { Date = new DateOnly(2026, 2, 1) }, day.On(new DateOnly(2026, 2, 1)));

        static (int, int) Of(WarmUpDay on) => (on.Day, on.Used);
    }

    [Fact]
    public async Task An_address_that_is_forgotten_begins_anew()
    {
        WarmUp warmUp = WarmUp();
        WarmUpRamp ramp = Ramp(warmUp, Gmail);
        ramp.Take(100);
        _store.Write();
        Assert.NotNull(ramp.Look());
        Assert.False(await warmUp.ForgetAsync("192.0.2.2", Ct));
        Assert.True(await warmUp.ForgetAsync("192.0.2.1", Ct));
        Assert.Null(ramp.Look());
        Assert.Empty(warmUp.List(9));
    }

    [Fact]
    public void Of_an_IPv6_address_its_network_counts()
    {
        Assert.Equal("2001:db8:1:2::/64", Counted("2001:db8:1:2:3:4:5:6"));
        Assert.Equal("192.0.2.1", Counted("::ffff:192.0.2.1"));
    }

    [Theory]
    [InlineData("50, 100,250", new[] { 50, 100, 250 })]
    [InlineData(" None ", new int[0])]
    [InlineData("0", null)]
    [InlineData("100, 50", null)]
    [InlineData("50,,100", null)]
    [InlineData("-5", null)]
    [InlineData("10000001", null)]
    [InlineData("", null)]
    public void A_plan_is_numbers_that_do_not_fall(string text, int[]? days) => Assert.Equal(days, WarmUpPlan.ParseDays(text));

    [Fact]
    public void Whatever_is_written_a_plan_has_an_end_and_never_falls() =>
        Gen.String[Gen.Char["0123456789, none-"], 0, 400]
            .Sample(text =>
            {
                IReadOnlyList<int>? days = WarmUpPlan.ParseDays(text);
                Assert.True(
                    days is null
                        || (days.Count <= WarmUpPlan.MostDays && days.Zip(days.Skip(1)).All(two => two.First <= two.Second))
                );
            });

    private static string Counted(string address) => Relay.Shaping.WarmUp.AddressOf(IPAddress.Parse(address));

    private WarmUp WarmUp()
    {
        Settings settings() =>
            ConfigurationFolder.ReadFile("[Mail]\nHostName = node.example\n", $"[Delivery]\nWarmUp = {_mode}\n").Settings!;
        return new WarmUp(_store, new Shaper(() => settings().Replies, _time), settings, new MailLog(_log), _time);
    }

    private static WarmUpRamp Ramp(WarmUp warmUp, string host) => warmUp.For(new Route.Direct("gmail.com"), host, Ours)!;
}
